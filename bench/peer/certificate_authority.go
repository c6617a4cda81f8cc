package main

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
)

const (
	begin  = "-----BEGIN "
	dashes = "-----"
)

// certificateAuthorityProblem says why text cannot serve as trust anchors, or nothing when every
// PEM block is a certificate.
func certificateAuthorityProblem(text string) string {
	if text == "" {
		return ""
	}
	count := 0
	for at := strings.Index(text, begin); at != -1; at = strings.Index(text, begin) {
		count++
		text = text[at:]
		label, _, _ := strings.Cut(text[len(begin):], dashes)
		end := dashes + "END " + label + dashes
		endAt := strings.Index(text, end)
		if endAt == -1 {
			return "a PEM block has no end"
		}
		if label != "CERTIFICATE" {
			return "a PEM block is no certificate"
		}
		next := endAt + len(end)
		block, _ := pem.Decode([]byte(text[:next] + "\n"))
		if block == nil {
			return "a PEM block is not valid"
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return "a PEM block is not a valid X.509 certificate"
		}
		text = text[next:]
	}
	if count == 0 {
		return "must hold at least one PEM block"
	}
	return ""
}
