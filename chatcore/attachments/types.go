package attachments

import (
	"mime"
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// DefaultTypes are those that are taken when nobody says otherwise.
func DefaultTypes() []string {
	return []string{
		"image/png", "image/jpeg", "image/gif", "image/webp",
		"text/plain", "text/markdown", "text/csv", "application/json", "application/pdf",
	}
}

// byEnding knows the types of names whose type the browser did not know, or calls otherwise on some systems.
var byEnding = map[string]string{
	".txt": "text/plain", ".log": "text/plain", ".md": "text/markdown", ".markdown": "text/markdown", ".csv": "text/csv",
	".json": "application/json", ".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
	".gif": "image/gif", ".webp": "image/webp",
}

// otherNames are names of types that are in use for these.
var otherNames = map[string]string{
	"image/jpg": "image/jpeg", "image/x-png": "image/png", "text/x-markdown": "text/markdown", "text/x-csv": "text/csv",
	"application/csv": "text/csv", "text/json": "application/json", "application/x-pdf": "application/pdf",
}

// typeOf gives the type of a file as browsers declare it, without parameters. Windows calls a CSV file Excel's when Excel
// is there. It is empty for what is no type.
func typeOf(name, declared string) string {
	ending := byEnding[strings.ToLower(path.Ext(name))]
	if strings.TrimSpace(declared) == "" {
		return ending
	}
	kind, _, err := mime.ParseMediaType(declared)
	if err != nil {
		return ""
	}
	if known, ok := otherNames[kind]; ok {
		kind = known
	}
	if ending != "" && (kind == "application/octet-stream" || kind == "application/vnd.ms-excel" && ending == "text/csv") {
		return ending
	}
	return kind
}

// sniffed is how many bytes say what a file is.
const sniffed = 3072

const plainText = "text/plain"

// begins says whether a file that begins so can be of a type. Kinds of text look like each other, so any text is taken for
// any of them; what is shown or run by browsers is never served as such.
func begins(head []byte, mimeType string) bool {
	found := mimetype.Detect(head)
	text := false
	for kind := found; kind != nil; kind = kind.Parent() {
		if kind.Is(mimeType) {
			return true
		}
		text = text || kind.Is(plainText)
	}
	return text && isText(mimeType)
}

// isText says that a type is a kind of text.
func isText(mimeType string) bool {
	if strings.HasPrefix(mimeType, "text/") {
		return true
	}
	for kind := mimetype.Lookup(mimeType); kind != nil; kind = kind.Parent() {
		if kind.Is(plainText) {
			return true
		}
	}
	return false
}
