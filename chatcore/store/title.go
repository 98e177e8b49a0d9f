package store

import (
	"strings"
	"unicode"
)

// maxTitle is how many characters of a message make a title.
const maxTitle = 60

// titleFrom makes a title of the first thing that was said: one line, cut between words. It is empty when there is nothing
// in it that a line can show.
func titleFrom(content string) string {
	words := strings.FieldsFunc(content, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	line := []rune(strings.Join(words, " "))
	if len(line) <= maxTitle {
		return string(line)
	}
	cut := line[:maxTitle-1]
	for i := len(cut) - 1; i > maxTitle/2; i-- {
		if cut[i] == ' ' {
			cut = cut[:i]
			break
		}
	}
	return string(cut) + "…"
}
