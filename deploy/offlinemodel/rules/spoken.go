package rules

import "regexp"

// What chatcore writes around the person's words: a quote before them, and what tags stand for behind them.
var (
	quote = regexp.MustCompile(`^\(The person quotes:\)\n(?:> [^\n]*\n)+\n`)
	tags  = regexp.MustCompile(`(?s)\n\n\(Tags in this message.*?\n\)`)
)

// spoken is what the person said.
func spoken(text string) string {
	return tags.ReplaceAllString(quote.ReplaceAllString(text, ""), "")
}
