package plain

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
)

// What keys begin with that are no ordinary numbers: a text, or a number that api can't hold.
const (
	textKey   = "s."
	numberKey = "n."
)

// maxID is the most bytes of an id that is read.
const maxID = 180

// keyOf names a conversation by its id, a number or a text; ok is false for anything else. idOf gives back exactly that.
func keyOf(id any) (key translate.Key, ok bool) {
	switch id := id.(type) {
	case string:
		return translate.Key(textKey + escaped(id)), id != "" && len(id) <= maxID
	case json.Number:
		if plain := translate.Key(id); isNumber(plain) {
			return plain, true
		}
		return translate.Key(numberKey + escaped(string(id))), len(id) <= maxID
	}
	return "", false
}

func isNumber(key translate.Key) bool {
	_, ok := key.Number()
	return ok
}

// idOf is the id that a key was made of, with its JSON type; ok is false for a key that keyOf doesn't make.
func idOf(key translate.Key) (id any, ok bool) {
	if isNumber(key) {
		return json.Number(key), true
	}
	kind, rest := string(key[:min(len(key), 2)]), string(key[min(len(key), 2):])
	text, ok := unescaped(rest)
	if !ok {
		return nil, false
	}
	switch kind {
	case textKey:
		id = text
	case numberKey:
		if !json.Valid([]byte(text)) {
			return nil, false
		}
		id = json.Number(text)
	}
	again, fits := keyOf(id)
	return id, fits && again == key
}

// inPath is an id as a segment of a path.
func inPath(id any) string { return segment(fmt.Sprint(id)) }

// segment escapes a segment. A dot segment would be taken for a step up.
func segment(text string) string {
	if text == "." || text == ".." {
		return strings.ReplaceAll(text, ".", "%2E")
	}
	return url.PathEscape(text)
}

// named puts a conversation's name where it belongs: its number, or its key.
func named(c api.Conversation, key translate.Key) api.Conversation {
	c.ID, c.Key = 0, string(key)
	if id, ok := key.Number(); ok {
		c.ID, c.Key = id, ""
	}
	return c
}

// owner is what messages of a conversation are called by: it is never 0.
func owner(c api.Conversation) int64 { return max(c.ID, 1) }

// escaped writes every byte but letters, digits and "-" as "." and two hexadecimal digits.
func escaped(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c == '-' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, ".%02X", c)
		}
	}
	return b.String()
}

func unescaped(text string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '.' {
			b.WriteByte(text[i])
			continue
		}
		if i+2 >= len(text) {
			return "", false
		}
		n, err := strconv.ParseUint(text[i+1:i+3], 16, 8)
		if err != nil {
			return "", false
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), true
}
