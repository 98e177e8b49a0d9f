package validate

import (
	"strings"
	"unicode"
)

// didYouMean ends a sentence about a name that nobody knows.
func didYouMean(name string, known []string) string {
	if close := nearest(name, known); close != "" {
		return "; did you mean `" + close + "`?"
	}
	return ""
}

// nearest gives the known name that somebody most likely meant; empty: none is near.
func nearest(name string, known []string) string {
	for _, k := range known {
		if bare(k) == bare(name) {
			return k
		}
	}
	if len(name) > longestName {
		return ""
	}
	best, distance := closest(name, known)
	if best != "" && distance <= 2 && distance*3 <= len(name) {
		return best
	}
	if meant := sameMeaning(name, known); meant != "" {
		return meant
	}
	for _, k := range known {
		if len(name) > 2 && strings.HasPrefix(bare(k), bare(name)) || len(k) > 2 && strings.HasPrefix(bare(name), bare(k)) {
			return k
		}
	}
	if distance*3 <= len(name) {
		return best
	}
	return ""
}

// longestName is the most bytes of a name that is compared letter by letter.
const longestName = 100

// bare is a name without case and separators: threadId and thread_id are the same mistake away from each other.
func bare(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || r == ' ' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

func closest(name string, known []string) (best string, distance int) {
	distance = len(name) + 1
	for _, k := range known {
		if d := edits(name, k); d < distance {
			best, distance = k, d
		}
	}
	return best, distance
}

// edits is how many characters have to be added, removed or changed (Levenshtein).
func edits(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}

// meanings are the words of other protocols (OpenAI's Assistants and Responses, and those modelled on them) in ChatKit's.
var meanings = map[string]string{
	"response": "thread", "conversation": "thread", "chat": "thread",
	"message": "item", "text": "item", "output": "item", "content": "item", "block": "item", "part": "item",
	"delta": "updated", "update": "updated", "chunk": "updated", "append": "updated", "progress": "updated",
	"created": "added", "create": "added", "start": "added", "started": "added", "begin": "added", "add": "added", "new": "added",
	"completed": "done", "complete": "done", "finished": "done", "finish": "done", "stop": "done", "end": "done",
	"deleted": "removed", "delete": "removed", "remove": "removed", "replace": "replaced",
	"warning": "notice", "status": "progress", "effect": "client",
}

// sameMeaning gives the known name with most words in common, when at least half of all are.
func sameMeaning(name string, known []string) string {
	said := words(name)
	best, share := "", 0.5
	for _, k := range known {
		common, meant := 0, words(k)
		for word := range said {
			if meant[word] {
				common++
			}
		}
		if s := float64(common) / float64(len(said)+len(meant)-common); s >= share && (best == "" || s > share) {
			best, share = k, s
		}
	}
	return best
}

func words(name string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if meaning, ok := meanings[word]; ok {
			word = meaning
		}
		all[word] = true
	}
	return all
}
