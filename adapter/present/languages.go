package present

import (
	"fmt"
	"maps"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"

	"taskpilot/chatcore/api"
)

// Languages are all that things can be said in. It keeps nothing and may be used by many at once.
type Languages struct {
	words   []*Words // English first: it is what is spoken when nobody asks for anything
	matcher language.Matcher
}

// NewLanguages makes the words of every language. Another one needs a file like german.go and a line here.
func NewLanguages() (*Languages, error) {
	spoken := []struct {
		tag   language.Tag
		words map[key]catalog.Message
	}{
		{language.English, english()},
		{language.German, german()},
	}
	l := &Languages{}
	var tags []language.Tag
	for _, s := range spoken {
		words, err := newWords(s.tag, s.words)
		if err != nil {
			return nil, fmt.Errorf("making the words of %s: %w", s.tag, err)
		}
		l.words, tags = append(l.words, words), append(tags, s.tag)
	}
	l.matcher = language.NewMatcher(tags)
	return l, nil
}

// Custom shows calls in a way that whoever runs this has chosen; ok is false where it has nothing to say. It must be a pure
// function of the record.
type Custom interface {
	Show(language string, record api.ToolCall) (shown Shown, ok bool)
	Doing(language string, record api.ToolCall) (text, icon string, ok bool)
}

// Customize has everything shown in a custom way first. It is for the start, before anybody speaks.
func (l *Languages) Customize(custom Custom) {
	for _, words := range l.words {
		words.custom = custom
	}
}

// NewReadOnlyLanguages makes the words for a chat service that can't be asked for anything but by messages: what is shown has
// nothing to click.
func NewReadOnlyLanguages() (*Languages, error) {
	l, err := NewLanguages()
	if err != nil {
		return nil, err
	}
	for _, words := range l.words {
		words.still = true
	}
	return l, nil
}

// newWords makes the words of a language; what it does not have is said in English.
func newWords(tag language.Tag, own map[key]catalog.Message) (*Words, error) {
	all := english()
	maps.Copy(all, own)
	builder, known := catalog.NewBuilder(catalog.Fallback(tag)), map[key]bool{}
	for k, message := range all {
		if err := builder.Set(tag, string(k), message); err != nil {
			return nil, err
		}
		known[k] = true
	}
	return &Words{tag: tag, printer: message.NewPrinter(tag, message.Catalog(builder)), known: known}, nil
}

// All are the words of each language.
func (l *Languages) All() []*Words { return l.words }

// maxHeader is the most bytes of an Accept-Language header that are read: browsers send far less.
const maxHeader = 512

// For gives the words of the language that a reader likes best, as an Accept-Language header says it; English when none
// that is asked for is spoken here, and for anything that is no such header.
func (l *Languages) For(acceptLanguage string) *Words {
	if strings.TrimSpace(acceptLanguage) == "" || len(acceptLanguage) > maxHeader {
		return l.words[0]
	}
	liked, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return l.words[0]
	}
	_, best, _ := l.matcher.Match(liked...)
	return l.words[best]
}
