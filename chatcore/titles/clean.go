package titles

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxLength is the most characters of a title.
const MaxLength = 60

// maxTalk is how many characters a line may have to be taken for a title that is a little long: more is an answer.
const maxTalk = 2 * MaxLength

// thoughts are what some models say to themselves before their reply.
var thoughts = regexp.MustCompile(`(?s)^\s*<think(?:ing)?>.*?</think(?:ing)?>`)

// link is a link or an image in Markdown.
var link = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)

// label is what a model writes in front of a title that it was asked for.
var label = regexp.MustCompile(`(?i)^(?:title|titel|titre|título|titolo)\s*[:：]\s*`)

// clean makes a title of a model's reply: its first line that says anything, without Markdown, quotation marks, and
// characters that are not seen. ok is false when there is none, or when it is no title but talk.
func clean(reply string) (title string, ok bool) {
	reply = thoughts.ReplaceAllString(reply, "")
	for line := range strings.Lines(reply) {
		if line = bare(line); strings.ContainsFunc(line, spoken) {
			length := utf8.RuneCountInString(line)
			return shortened(line), length <= maxTalk && !strings.ContainsAny(line, "<>")
		}
	}
	return "", false
}

func spoken(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// bare is a line without what only decorates it.
func bare(line string) string {
	line = link.ReplaceAllString(line, "$1")
	line = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case strings.ContainsRune("*`", r), r == utf8.RuneError, !unicode.IsPrint(r) && !joins(r):
			return -1
		}
		return r
	}, line)
	line = strings.Join(strings.Fields(line), " ")
	for before := ""; before != line; {
		before = line
		line = strings.Trim(line, " \"'“”„‟‘’‚‛«»‹›「」『』_~")
		line = strings.TrimLeft(line, "#>-–—•:")
		line = strings.TrimRight(line, ".。:")
		line = label.ReplaceAllString(line, "")
	}
	return line
}

// joins says that a character that is not seen holds others together: parts of an emoji, letters of some scripts.
func joins(r rune) bool { return r == '\u200d' || r == '\u200c' || r == '\ufe0f' }

// shortened cuts a line between words.
func shortened(line string) string {
	runes := []rune(line)
	if len(runes) <= MaxLength {
		return line
	}
	cut := string(runes[:MaxLength-1])
	if space := strings.LastIndexByte(cut, ' '); space > len(cut)/2 {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " ,;:-–—") + "…"
}
