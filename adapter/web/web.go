package web

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
)

// Config is what the page is told.
type Config struct {
	Protocol  string // where ChatKit's protocol is answered, as the page sees it: a path ("/api/v1/chatkit") or an address
	DevIssuer string // base address of a development token issuer, where a name is enough to sign in; empty: none
	// Whether the page offers files and dictation: only where the chat service behind the protocol takes them.
	Attachments, Dictation bool
}

// Validate says what is wrong with a configuration. Handler takes only one that has nothing wrong.
func (c Config) Validate() error {
	if c.Protocol == "" {
		return fmt.Errorf("the page needs the protocol's path")
	}
	if _, err := originOf(c.Protocol); err != nil && !strings.HasPrefix(c.Protocol, "/") {
		return fmt.Errorf("the protocol's place %q is neither a path nor an address: %w", c.Protocol, err)
	}
	if c.DevIssuer == "" {
		return nil
	}
	if _, err := originOf(c.DevIssuer); err != nil {
		return fmt.Errorf("the development issuer's address %q: %w", c.DevIssuer, err)
	}
	return nil
}

// Handler serves the page at /, the element at /chatkit.js, their modules and style sheets under /web/, and what the
// page is told at /config.json. It answers 404 for any other path, and panics on a Config that Validate refuses, for that
// is a fault of the program's wiring.
func Handler(config Config) http.Handler {
	if err := config.Validate(); err != nil {
		panic("web: " + err.Error())
	}
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic("web: the embedded files: " + err.Error())
	}
	assets, err := readAssets(files)
	if err != nil {
		panic("web: the embedded files: " + err.Error())
	}
	assets["/"] = assets["/index.html"]
	assets["/config.json"] = newAsset("config.json", config.json())

	policy := config.policy()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header(), policy)
		asset, ok := assets[r.URL.Path]
		switch {
		case !ok:
			http.NotFound(w, r)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		default:
			asset.serve(w, r)
		}
	})
}

// json is what config.js reads. An absent issuer is null.
func (c Config) json() []byte {
	told := struct {
		Protocol    string  `json:"protocol"`
		Issuer      *string `json:"issuer"`
		Attachments bool    `json:"attachments"`
		Dictation   bool    `json:"dictation"`
	}{Protocol: c.Protocol, Attachments: c.Attachments, Dictation: c.Dictation}
	if c.DevIssuer != "" {
		base := strings.TrimRight(c.DevIssuer, "/")
		told.Issuer = &base
	}
	body, err := json.Marshal(told)
	if err != nil {
		panic(err) // two strings can be marshalled
	}
	return body
}

// originOf is an address's origin, for the policy. Only what can't break out of a header's value passes.
func originOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("not an address: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return "", fmt.Errorf("not an address that begins with http:// or https:// and names a host")
	}
	if strings.ContainsAny(u.Host, " ;,'\"") {
		return "", fmt.Errorf("the host %q has characters that no host has", u.Host)
	}
	return u.Scheme + "://" + u.Host, nil
}
