package storable

import (
	"bytes"
	"encoding/json"
)

// Deeper says whether more than most objects and lists of a JSON value stand inside each other.
func Deeper(raw []byte, most int) bool {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	for depth := 0; depth <= most; {
		token, err := decoder.Token()
		if err != nil {
			return false // its end
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return true
}
