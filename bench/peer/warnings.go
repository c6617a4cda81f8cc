package main

const implicitTLSPort = 465

// effectiveTLSMode decides auto; any other mode stands as it is written.
func effectiveTLSMode(smtp *SMTP) string {
	switch {
	case smtp.TLSMode != nil && *smtp.TLSMode != "auto":
		return *smtp.TLSMode
	case smtp.DisableTLS:
		return "none"
	case smtp.Port == implicitTLSPort:
		return "implicit"
	case smtp.Username != "":
		return "starttls"
	default:
		return "opportunistic"
	}
}

// warningsFor says what a valid spec does that its author may not want.
func warningsFor(smtp *SMTP) []string {
	var warnings []string
	mode := effectiveTLSMode(smtp)
	if smtp.InsecureSkipVerify {
		warnings = append(warnings, "spec.smtp.insecureSkipVerify: the TLS certificate is not verified")
	}
	if mode == "none" {
		warnings = append(warnings, "spec.smtp: TLS is disabled, all mail is sent in plaintext")
	}
	if smtp.DisableTLS && smtp.Port == implicitTLSPort {
		warnings = append(warnings, "spec.smtp.disableTLS: port 465 expects TLS from the first byte")
	}
	anchored := smtp.CertificateAuthority != "" || smtp.ServerName != ""
	if mode == "opportunistic" && (smtp.InsecureSkipVerify || !anchored) {
		warnings = append(warnings, "spec.smtp.tlsMode: TLS is used only if offered, and not verified")
	}
	if smtp.Username == "" {
		warnings = append(warnings, "spec.smtp.username: no authentication configured")
	}
	return warnings
}
