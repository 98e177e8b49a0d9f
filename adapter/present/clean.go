package present

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain makes a stranger's text one line of visible characters: runs of white space become one space, and control
// characters and those that turn the direction of the text around go.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), turns(r), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// turns says that r is a mark for the direction of what follows, which could make a title read as something else.
func turns(r rune) bool {
	return r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069' || r == '\u200E' || r == '\u200F' || r == '\u061C'
}

// clipped keeps at most most characters.
func clipped(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// marks are the characters that mean something in Markdown wherever they stand in a line. What means something only at
// a line's start cannot come there: a title always follows words of ours.
const marks = "\\`*_[]<>~|&$"

// inMarkdown is a stranger's text for a line of Markdown: it is shown as it is, and never obeyed. Only a bare web address
// may still become a link, but one that says where it leads.
func inMarkdown(s string) string {
	var b strings.Builder
	for _, r := range plain(s) {
		if strings.ContainsRune(marks, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// InMarkdown is a stranger's text for inside a line of Markdown that begins with words of ours.
func InMarkdown(s string) string { return inMarkdown(s) }

// atStart is what means something in Markdown at a line's start only: headings, lists, rules.
var atStart = regexp.MustCompile(`^(?:[#+=-]|\d+[.)](?:\s|$))`)

// Literal is a stranger's text for a line of Markdown of its own: shown as it is, and never obeyed.
func Literal(s string) string {
	return AtStart(inMarkdown(s))
}

// AtStart is a text, of which inside a line nothing is obeyed, at a line's start.
func AtStart(s string) string {
	if at := atStart.FindStringIndex(s); at != nil {
		mark := at[0] + strings.IndexAny(s[at[0]:], "#+=-.)")
		return s[:mark] + `\` + s[mark:]
	}
	return s
}

// Line is a stranger's text as one line of visible characters, where no markup means anything.
func Line(s string) string { return plain(s) }
