package cases

import (
	"strings"
	"unicode"
)

// Task is a task as a case has it.
type Task struct {
	Title       string
	Description string
	Completed   bool
}

// AnyTask reads "[x] Title :: description", with "|" between several that are all right.
func AnyTask(line string) []Task {
	var all []Task
	for one := range strings.SplitSeq(line, "|") {
		rest, done := strings.CutPrefix(strings.TrimSpace(one), "[x] ")
		title, description, _ := strings.Cut(rest, " :: ")
		all = append(all, Task{Title: strings.TrimSpace(title), Description: strings.TrimSpace(description), Completed: done})
	}
	return all
}

// Same says whether two tasks are the same to a person.
func (t Task) Same(other Task) bool {
	return t.Completed == other.Completed && SameWords(t.Title, other.Title) && SameWords(t.Description, other.Description)
}

// SameWords says whether two texts are the same but for case, space, quotes and the punctuation around words: models write
// "Call Mom." where people write "call mom".
func SameWords(a, b string) bool { return fold(a) == fold(b) }

func fold(text string) string {
	words := strings.Fields(strings.ToLower(text))
	kept := words[:0]
	for _, word := range words {
		word = strings.TrimFunc(strings.ReplaceAll(word, "’", "'"), func(r rune) bool { return unicode.IsPunct(r) && r != '%' })
		if word != "" {
			kept = append(kept, word)
		}
	}
	return strings.Join(kept, " ")
}

// FitsAny says whether text is one of the alternatives that "|" divides; one of them may be empty.
func FitsAny(text, alternatives string) bool {
	for one := range strings.SplitSeq(alternatives, "|") {
		if SameWords(text, one) {
			return true
		}
	}
	return false
}
