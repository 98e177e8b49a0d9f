package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed static
var static embed.FS

// An asset is one file as it is sent: both of its forms are made once, when the handler is.
type asset struct {
	contentType string
	etag        string // strong, of the plain form; the compressed form has another one
	plain       []byte
	compressed  []byte // gzip; nil where it isn't shorter
}

var contentTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
}

// readAssets reads every file, shortened, under the path it is served at.
func readAssets(files fs.FS) (map[string]*asset, error) {
	assets, short := map[string]*asset{}, newShortener()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if contentTypes[path.Ext(name)] == "" {
			return fmt.Errorf("%s has no content type", name)
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if body, err = short.shorten(name, body); err != nil {
			return err
		}
		assets["/"+name] = newAsset(name, body)
		return nil
	})
	return assets, err
}

func newAsset(name string, body []byte) *asset {
	sum := sha256.Sum256(body)
	made := &asset{
		contentType: contentTypes[path.Ext(name)],
		etag:        base64.RawURLEncoding.EncodeToString(sum[:12]),
		plain:       body,
	}
	if short := compress(body); len(short) < len(body) {
		made.compressed = short
	}
	return made
}

func compress(body []byte) []byte {
	var buffer bytes.Buffer
	writer, err := gzip.NewWriterLevel(&buffer, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = writer.Write(body) // a buffer takes everything
	_ = writer.Close()
	return buffer.Bytes()
}

// serve answers with the file, or with 304 when the reader has it. The names carry no version, so a browser asks each
// time: a new binary's page is never mixed with an old one's modules for longer than one answer takes.
func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	header, body, etag := w.Header(), a.plain, `"`+a.etag+`"`
	header.Add("Vary", "Accept-Encoding")
	if a.compressed != nil && acceptsGzip(r) {
		body, etag = a.compressed, `"`+a.etag+`-gz"`
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Content-Type", a.contentType)
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", etag)
	if matches(r.Header.Get("If-None-Match"), etag) {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader has gone: nobody is left to tell
	}
}

func acceptsGzip(r *http.Request) bool {
	for _, coding := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return !strings.HasPrefix(strings.ReplaceAll(quality, " ", ""), "q=0") || strings.Trim(quality, " q=0.") != ""
		}
	}
	return false
}

func matches(ifNoneMatch, etag string) bool {
	for _, candidate := range strings.Split(ifNoneMatch, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == etag || candidate == "*" {
			return true
		}
	}
	return false
}
