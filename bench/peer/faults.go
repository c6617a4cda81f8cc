package main

import (
	"fmt"
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

const certificateAuthorityMax = 262_144

var (
	specPath        = field.NewPath("spec")
	smtpPath        = specPath.Child("smtp")
	passwordRefPath = smtpPath.Child("passwordRef")
	senderPath      = specPath.Child("sender")
	retryPath       = specPath.Child("retry")

	address = regexp.MustCompile(
		"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*" +
			"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]$")
	secretName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`)
	secretKey  = regexp.MustCompile(`^[-._a-zA-Z0-9]+$`)
	namespace  = regexp.MustCompile(`^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$`)
)

// faults collects what is wrong; a path is built only for a fault.
type faults struct {
	list field.ErrorList
}

func (f *faults) add(parent *field.Path, name, detail string) {
	f.list = append(f.list, field.Invalid(parent.Child(name), field.OmitValueType{}, detail))
}

// length reports whether the length is within bounds, so that the rest is worth checking.
func (f *faults) length(parent *field.Path, name, value string, min, max int) bool {
	if longerThan(value, max) {
		f.list = append(f.list, field.TooLong(parent.Child(name), nil, max))
		return false
	}
	if len(value) < min {
		f.add(parent, name, fmt.Sprintf("must be at least %d characters long", min))
		return false
	}
	return true
}

func (f *faults) pattern(parent *field.Path, name, value string, pattern *regexp.Regexp, detail string) {
	if !pattern.MatchString(value) {
		f.add(parent, name, detail)
	}
}

func (f *faults) line(parent *field.Path, name, value string, max int) {
	if f.length(parent, name, value, 0, max) && !isOneLine(value) {
		f.add(parent, name, "must not contain line breaks or other control characters")
	}
}

func (f *faults) host(parent *field.Path, name, value string) {
	if !isHost(value) {
		f.add(parent, name, "must be a host name or IP address")
	}
}

func (f *faults) between(parent *field.Path, name string, value, min, max int64) {
	if value < min || value > max {
		f.add(parent, name, fmt.Sprintf("must be between %d and %d", min, max))
	}
}

func (f *faults) betweenIfSet(parent *field.Path, name string, value *int64, min, max int64) {
	if value != nil {
		f.between(parent, name, *value, min, max)
	}
}

func (f *faults) passwordRef(ref *PasswordRef, credentialsNamespace string) {
	if f.length(passwordRefPath, "name", ref.Name, 1, 253) {
		f.pattern(passwordRefPath, "name", ref.Name, secretName, "must be a valid Secret name")
	}
	if f.length(passwordRefPath, "key", ref.Key, 1, 253) {
		f.pattern(passwordRefPath, "key", ref.Key, secretKey, "must be a valid Secret key")
	}
	if f.length(passwordRefPath, "namespace", ref.Namespace, 0, 63) {
		f.pattern(passwordRefPath, "namespace", ref.Namespace, namespace, "must be a valid namespace name")
	}
	if ref.Namespace != "" && ref.Namespace != credentialsNamespace {
		f.add(passwordRefPath, "namespace", "must be the namespace that credentials are read from")
	}
}

func (f *faults) pairing(smtp *SMTP) {
	if smtp.Username != "" && smtp.PasswordRef == nil {
		f.add(smtpPath, "passwordRef", "must be specified when username is provided")
	}
	if smtp.Username == "" && smtp.PasswordRef != nil {
		f.add(smtpPath, "username", "must be specified when passwordRef is provided")
	}
}

func (f *faults) tlsMode(smtp *SMTP) {
	if smtp.TLSMode == nil {
		return
	}
	switch *smtp.TLSMode {
	case "auto", "none":
	case "implicit", "starttls", "opportunistic":
		if smtp.DisableTLS {
			f.add(smtpPath, "tlsMode", `must be "auto" or "none" when disableTLS is true`)
		}
	default:
		f.add(smtpPath, "tlsMode", "unknown")
	}
}

func (f *faults) smtp(smtp *SMTP, credentialsNamespace string) {
	if f.length(smtpPath, "host", smtp.Host, 1, 253) {
		f.host(smtpPath, "host", smtp.Host)
	}
	f.between(smtpPath, "port", smtp.Port, 1, 65_535)
	f.line(smtpPath, "username", smtp.Username, 320)
	if smtp.PasswordRef != nil {
		f.passwordRef(smtp.PasswordRef, credentialsNamespace)
	}
	if f.length(smtpPath, "certificateAuthority", smtp.CertificateAuthority, 0, certificateAuthorityMax) {
		if problem := certificateAuthorityProblem(smtp.CertificateAuthority); problem != "" {
			f.add(smtpPath, "certificateAuthority", problem)
		}
	}
	if f.length(smtpPath, "serverName", smtp.ServerName, 0, 253) && smtp.ServerName != "" {
		f.host(smtpPath, "serverName", smtp.ServerName)
	}
	f.pairing(smtp)
	f.tlsMode(smtp)
}

func faultsOf(spec *Spec, credentialsNamespace string) field.ErrorList {
	f := &faults{}
	f.line(specPath, "displayName", spec.DisplayName, 1024)
	f.smtp(&spec.SMTP, credentialsNamespace)
	if f.length(senderPath, "address", spec.Sender.Address, 3, 254) {
		f.pattern(senderPath, "address", spec.Sender.Address, address, "must be an email address")
	}
	f.line(senderPath, "name", spec.Sender.Name, 100)
	f.betweenIfSet(retryPath, "count", spec.Retry.Count, 0, 10)
	f.betweenIfSet(retryPath, "initialBackoffMs", spec.Retry.InitialBackoffMs, 10, 60_000)
	f.betweenIfSet(retryPath, "queueSize", spec.Retry.QueueSize, 10, 10_000)
	return f.list
}
