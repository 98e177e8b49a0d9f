package storable

import "strings"

// Replacement stands for what Postgres does not take.
const Replacement = "\uFFFD"

// Text is s as valid UTF-8 without U+0000.
func Text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, Replacement), "\x00", Replacement)
}
