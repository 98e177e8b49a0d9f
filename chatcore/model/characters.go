package model

import (
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"taskpilot/chatcore/storable"
)

var errNoString = errors.New("a piece of text is no JSON string")

// characters joins pieces of text that may be cut anywhere: inside the bytes of a character, or between the halves of a
// surrogate pair. It gives whole characters, as soon as they are whole; where the cuts were makes no difference. What is no
// character, and U+0000, becomes U+FFFD.
type characters struct{ held []byte }

// add takes a piece, a JSON string as it stands on the wire.
func (c *characters) add(literal []byte) (string, error) {
	if len(literal) < 2 || literal[0] != '"' {
		return "", errNoString
	}
	held, err := unquote(c.held, literal[1:len(literal)-1])
	if err != nil {
		return "", err
	}
	var text []byte
	for len(held) > 0 {
		char, size := first(held)
		if size == 0 {
			break
		}
		text, held = append(text, char...), held[size:]
	}
	c.held = held
	return string(text), nil
}

// rest gives what was held back for a half that never came.
func (c *characters) rest() string {
	var text string
	for len(c.held) > 0 {
		char, size := first(c.held)
		if size == 0 {
			char, size = storable.Replacement, 1
			if isHalf(c.held) {
				size = halfBytes
			}
		}
		text, c.held = text+char, c.held[size:]
	}
	return text
}

// halfBytes is the size of half a surrogate pair, written as if it were a character: ED A0..BF xx, which UTF-8 forbids.
const halfBytes = 3

const (
	halfLead      = 0xED
	halfSecondMin = 0xA0
)

// first gives the first character and its size; 0 when more must come before it can be known.
func first(held []byte) (string, int) {
	if held[0] == halfLead && (len(held) == 1 || held[1] >= halfSecondMin && held[1] < 0xC0) {
		return firstOfHalf(held)
	}
	if !utf8.FullRune(held) {
		return "", 0
	}
	char, size := utf8.DecodeRune(held)
	if char == utf8.RuneError || char == 0 {
		return storable.Replacement, size
	}
	return string(held[:size]), size
}

func firstOfHalf(held []byte) (string, int) {
	if len(held) < halfBytes && couldBeHalf(held) {
		return "", 0
	}
	if !isHalf(held) {
		return storable.Replacement, 1
	}
	high, next := half(held), held[halfBytes:]
	if high >= 0xDC00 { // a low half, and none before it
		return storable.Replacement, halfBytes
	}
	if len(next) < halfBytes && couldBeHalf(next) {
		return "", 0
	}
	if isHalf(next) {
		if char := utf16.DecodeRune(high, half(next)); char != utf8.RuneError {
			return string(char), 2 * halfBytes
		}
	}
	return storable.Replacement, halfBytes
}

func couldBeHalf(b []byte) bool {
	return len(b) == 0 || b[0] == halfLead && (len(b) == 1 || b[1] >= halfSecondMin && b[1] < 0xC0)
}

func isHalf(b []byte) bool {
	return len(b) >= halfBytes && couldBeHalf(b) && b[2]&0xC0 == 0x80
}

func half(b []byte) rune {
	return rune(b[0]&0x0F)<<12 | rune(b[1]&0x3F)<<6 | rune(b[2]&0x3F)
}

// simple are the escapes of one letter.
var simple = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unquote adds the inside of a JSON string to text and keeps what encoding/json would replace: bytes that are no UTF-8
// stay, and half a surrogate pair is written in halfBytes.
func unquote(text, inside []byte) ([]byte, error) {
	for i := 0; i < len(inside); {
		if inside[i] != '\\' {
			text = append(text, inside[i])
			i++
			continue
		}
		if i+1 == len(inside) {
			return nil, errNoString
		}
		if plain, ok := simple[inside[i+1]]; ok {
			text = append(text, plain)
			i += 2
			continue
		}
		if inside[i+1] != 'u' || i+6 > len(inside) {
			return nil, errNoString
		}
		code, err := strconv.ParseUint(string(inside[i+2:i+6]), 16, 16)
		if err != nil {
			return nil, errNoString
		}
		text = appendUnit(text, rune(code))
		i += 6
	}
	return text, nil
}

func appendUnit(text []byte, unit rune) []byte {
	if utf16.IsSurrogate(unit) {
		return append(text, byte(0xE0|unit>>12), byte(0x80|unit>>6&0x3F), byte(0x80|unit&0x3F))
	}
	return utf8.AppendRune(text, unit)
}
