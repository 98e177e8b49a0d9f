package attachments

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"taskpilot/chatcore/api"
)

// Refusal says why a file is not taken. Detail is a sentence for the person.
type Refusal struct{ Code, Detail string }

func (r *Refusal) Error() string { return r.Code + ": " + r.Detail }

// Codes of a Refusal.
const (
	CodeTooLarge  = "attachment_too_large"
	CodeOtherSize = "attachment_size"    // other than was said
	CodeEmpty     = "attachment_empty"   // no bytes at all
	CodeType      = "attachment_type"    // not among those that are taken
	CodeContent   = "attachment_content" // the bytes are not of the type
	CodeName      = "attachment_name"
)

func refuse(code, detail string) *Refusal { return &Refusal{Code: code, Detail: detail} }

func tooLarge(limit int64) *Refusal {
	return refuse(CodeTooLarge, fmt.Sprintf("The file is too large: %s are allowed.", inWords(limit)))
}

func otherSize(declared int64) *Refusal {
	return refuse(CodeOtherSize, fmt.Sprintf("The file does not have the %d bytes that it was said to have.", declared))
}

// inWords is a size as people read it.
func inWords(bytes int64) string {
	if bytes >= 1<<20 && bytes%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d bytes", bytes)
}

// check gives a file's description in order, or refuses it.
func (a *Attachments) check(file api.AttachmentRequest) (api.AttachmentRequest, error) {
	name, err := nameOf(file.Name)
	if err != nil {
		return file, err
	}
	kind := typeOf(name, file.MIMEType)
	switch {
	case !slices.Contains(a.config.Types, kind):
		return file, refuse(CodeType, "Files of this type are not taken. These are: "+strings.Join(a.config.Types, ", ")+".")
	case file.Size > a.config.MaxBytes:
		return file, tooLarge(a.config.MaxBytes)
	}
	file.Name, file.MIMEType = name, kind
	return file, nil
}

// unnamed is what a file is called whose name has nothing that can be shown.
const unnamed = "file"

// nameOf takes out of a name what is no part of it: the folders before it, characters that control a terminal or turn the
// direction of writing around (so that exe.txt looks like txt.exe).
func nameOf(given string) (string, error) {
	if !utf8.ValidString(given) {
		return "", refuse(CodeName, "The file's name is not UTF-8.")
	}
	name := given[strings.LastIndexAny(given, `/\`)+1:]
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name))
	if strings.Trim(name, ".") == "" {
		name = unnamed
	}
	if utf8.RuneCountInString(name) > api.MaxAttachmentName {
		return "", refuse(CodeName, fmt.Sprintf("The file's name may have at most %d characters.", api.MaxAttachmentName))
	}
	return name, nil
}
