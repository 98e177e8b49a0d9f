package web

import (
	"net/http"
	"strings"
)

// policy is the page's Content-Security-Policy: scripts, styles and connections of its own origin, pictures that answers
// may name, and nothing else. Trusted types without any policy close every door through which text could become markup.
func (c Config) policy() string {
	connect := []string{"'self'"}
	for _, address := range []string{c.Protocol, c.DevIssuer} {
		if origin, err := originOf(address); err == nil {
			connect = append(connect, origin)
		}
	}
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"connect-src " + strings.Join(connect, " "),
		"img-src 'self' https: data: blob:", // blob: files that were just chosen
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types 'none'",
	}, "; ")
}

// setHeaders sets what every answer carries. The files are public and the same for everybody, so any page may load the
// element from here.
func setHeaders(header http.Header, policy string) {
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), payment=(), usb=()")
}
