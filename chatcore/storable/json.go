package storable

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf16"
)

const (
	escape      = `\u`
	escapeBytes = len(`\u0000`)
	replacement = `\ufffd`
)

// JSON is the JSON value raw in a form that jsonb takes: escapes for U+0000 and for half a surrogate pair stand for U+FFFD
// after it. Anything else keeps its bytes. ok is false when raw is no JSON value.
func JSON(raw []byte) (value json.RawMessage, ok bool) {
	if !json.Valid(raw) {
		return nil, false
	}
	raw = bytes.ToValidUTF8(raw, []byte(Replacement))
	if !bytes.Contains(raw, []byte(escape)) {
		return raw, true
	}
	// A backslash stands in strings only, and every one begins an escape: no need to know where the strings are.
	clean := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			clean = append(clean, raw[i])
			i++
			continue
		}
		escaped, size := oneEscape(raw[i:])
		clean = append(clean, escaped...)
		i += size
	}
	return clean, true
}

// oneEscape gives what stands for the escape at the start of raw, and its size.
func oneEscape(raw []byte) (escaped []byte, size int) {
	first, ok := unit(raw)
	switch {
	case !ok:
		return raw[:2], 2
	case first == 0:
		return []byte(replacement), escapeBytes
	case !utf16.IsSurrogate(first):
		return raw[:escapeBytes], escapeBytes
	}
	second, ok := unit(raw[escapeBytes:])
	if ok && utf16.DecodeRune(first, second) != '\uFFFD' {
		return raw[:2*escapeBytes], 2 * escapeBytes
	}
	return []byte(replacement), escapeBytes
}

// unit reads a \u escape.
func unit(raw []byte) (rune, bool) {
	if len(raw) < escapeBytes || string(raw[:len(escape)]) != escape {
		return 0, false
	}
	code, err := strconv.ParseUint(string(raw[len(escape):escapeBytes]), 16, 16)
	return rune(code), err == nil
}
