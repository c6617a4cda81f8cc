package main

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode/utf16"
)

var (
	label = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$`)
	// Resolvers read such a last label as a part of an IPv4 address.
	looksLikeAddress = regexp.MustCompile(`^(\d+|0[xX][0-9a-fA-F]*)$`)
)

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
		if !label.MatchString(part) {
			return false
		}
	}
	return true
}
