package validate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Mistake is one thing that is wrong with a capture.
type Mistake struct {
	Line     int    // of a stream, from 1; 0 when it is about no line, and in an answer
	Event    int    // of a stream, from 1; 0 when it is about no event
	Path     string // to the value in the event or answer, such as item.content[0].text; empty: all of it
	Sentence string // what is wrong, in plain words
}

// String gives the place and the sentence.
func (m Mistake) String() string {
	var place []string
	if m.Line > 0 {
		place = append(place, fmt.Sprintf("line %d", m.Line))
	}
	if m.Event > 0 {
		place = append(place, fmt.Sprintf("event %d", m.Event))
	}
	if m.Path != "" && !strings.HasPrefix(m.Sentence, m.Path+" ") {
		place = append(place, "in "+m.Path)
	}
	if len(place) == 0 {
		return m.Sentence
	}
	return strings.Join(place, ", ") + ": " + m.Sentence
}

// reporter takes what is wrong in an event or answer.
type reporter func(path, sentence string)

// note reports a sentence that stands by itself.
func (r reporter) note(path, format string, args ...any) { r(path, fmt.Sprintf(format, args...)) }

// that reports what is wrong with a value: its path, or what the whole is called, begins the sentence.
func (r reporter) that(path, format string, args ...any) {
	subject := path
	if path == "" {
		subject = "it"
	}
	r(path, subject+" "+fmt.Sprintf(format, args...))
}

// most is how many mistakes are named: one that is made in every event is understood by then.
const most = 100

// findings gathers mistakes.
type findings struct {
	mistakes []Mistake
	left     int // were not named
}

func (f *findings) add(m Mistake) {
	if len(f.mistakes) >= most {
		f.left++
		return
	}
	f.mistakes = append(f.mistakes, m)
}

// all are the mistakes in the order of their lines; then those about the whole, and how many were left out.
func (f *findings) all() []Mistake {
	slices.SortStableFunc(f.mistakes, func(a, b Mistake) int {
		if a.Line == 0 || b.Line == 0 {
			return cmp.Compare(b.Line, a.Line)
		}
		return cmp.Compare(a.Line, b.Line)
	})
	if f.left > 0 {
		return append(f.mistakes, Mistake{Sentence: fmt.Sprintf("%d more mistakes are not named", f.left)})
	}
	return f.mistakes
}
