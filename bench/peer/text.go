package main

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode/utf16"
)

const labelMax = 63

// Resolvers read such a last label as a part of an IPv4 address.
var looksLikeAddress = regexp.MustCompile(`^(\d+|0[xX][0-9a-fA-F]*)$`)

// longerThan counts UTF-16 units, as ours does.
func longerThan(value string, max int) bool {
	return len(value) > max && len(utf16.Encode([]rune(value))) > max
}

func isOneLine(value string) bool {
	for i := 0; i < len(value); i++ {
		if value[i] < 0x20 || value[i] == 0x7f {
			return false
		}
	}
	return true
}

func isAlphanumeric(char byte) bool {
	return 'a' <= char && char <= 'z' || 'A' <= char && char <= 'Z' || '0' <= char && char <= '9'
}

// isLabel is a loop, because a regular expression with a bound takes several times as long.
func isLabel(label string) bool {
	if label == "" || len(label) > labelMax || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := 0; i < len(label); i++ {
		if char := label[i]; !isAlphanumeric(char) && char != '_' && char != '-' {
			return false
		}
	}
	return true
}

// isHost reports whether host is a DNS name or an IP address without a zone.
func isHost(host string) bool {
	if parsed, err := netip.ParseAddr(host); err == nil {
		return parsed.Zone() == ""
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	if looksLikeAddress.MatchString(labels[len(labels)-1]) {
		return false
	}
	for _, part := range labels {
		if !isLabel(part) {
			return false
		}
	}
	return true
}
