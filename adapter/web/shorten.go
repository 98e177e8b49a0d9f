package web

import (
	"bytes"
	"fmt"
	"path"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
)

// A shortener takes out of a file what only its authors need: comments, indents, long names of locals. The tree keeps the
// readable form, and there is nothing to build; readers get the short one, which is about a quarter smaller when compressed.
type shortener struct{ minifier *minify.M }

func newShortener() shortener {
	minifier := minify.New()
	minifier.Add(".js", &js.Minifier{})
	minifier.Add(".css", &css.Minifier{})
	return shortener{minifier}
}

// shorten is the short form of a file. What is neither a script nor a style sheet stays as it is. A script or style sheet that
// can't be read is an error, which no reader ever meets: every file is shortened when the handler is made.
func (s shortener) shorten(name string, body []byte) ([]byte, error) {
	kind := path.Ext(name)
	if kind != ".js" && kind != ".css" {
		return body, nil
	}
	short, err := s.minifier.Bytes(kind, bytes.Clone(body)) // it works in the bytes it is given
	if err != nil {
		return nil, fmt.Errorf("shortening %s: %w", name, err)
	}
	return short, nil
}
