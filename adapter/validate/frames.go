package validate

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// frame is the data of one event in a stream.
type frame struct {
	line int // of the data, from 1
	data string
}

// framing reads a stream's frames. The protocol's are exactly "data: {json}" and an empty line, with comments between
// them.
type framing struct {
	options StreamOptions
	report  func(line int, sentence string)
	frames  []frame
	open    *frame // its empty line has not come
	blank   bool   // the last line was empty
	told    map[string]bool
}

// framesOf takes a stream apart.
func framesOf(capture []byte, options StreamOptions, report func(line int, sentence string)) []frame {
	if options.Cut {
		capture = capture[:bytes.LastIndexByte(capture, '\n')+1]
	}
	f := &framing{options: options, report: report, told: map[string]bool{}}
	if !utf8.Valid(capture) {
		f.report(1+bytes.Count(capture[:firstInvalid(capture)], []byte("\n")), "there are bytes here that are no UTF-8")
	}
	for n, line := range strings.SplitAfter(string(capture), "\n") {
		if line != "" {
			f.line(n+1, line)
		}
	}
	if f.open != nil && !options.Cut {
		f.report(f.open.line, "the stream ends inside this frame: an empty line is missing after it")
		if _, err := decode([]byte(f.open.data)); err == nil {
			f.frames = append(f.frames, *f.open)
		}
	}
	return f.frames
}

func firstInvalid(b []byte) int {
	at := 0
	for at < len(b) {
		r, size := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

func (f *framing) line(n int, line string) {
	content := strings.TrimSuffix(line, "\n")
	if strings.HasSuffix(content, "\r") {
		content = strings.TrimSuffix(content, "\r")
		f.once(n, "lines end with CR and LF: ChatKit's frames end with LF alone")
	}
	switch field, value, _ := strings.Cut(content, ":"); {
	case content == "":
		f.empty(n)
		return
	case field == "": // a comment
		f.blank = false
		return
	case field == "data":
		f.data(n, value)
	case field == "id" && f.options.Follow:
	case field == "event" || field == "id" || field == "retry":
		f.once(n, fmt.Sprintf("there is an `%s:` line: ChatKit's frames have `data:` alone", field))
	default:
		f.report(n, "a line begins with neither `data: ` nor `:`, but with "+quoted(content))
	}
	f.blank = false
}

// once reports what would else be reported for each frame.
func (f *framing) once(n int, sentence string) {
	if !f.told[sentence] {
		f.told[sentence] = true
		f.report(n, sentence)
	}
}

func (f *framing) empty(n int) {
	switch {
	case f.open != nil:
		f.frames = append(f.frames, *f.open)
		f.open = nil
	case f.blank:
		f.once(n, "there is an empty line too many")
	}
	f.blank = true
}

func (f *framing) data(n int, value string) {
	data, spaced := strings.CutPrefix(value, " ")
	if !spaced {
		f.once(n, "there is no space after `data:`")
	}
	if f.open == nil {
		f.open = &frame{line: n, data: data}
		return
	}
	if _, err := decode([]byte(f.open.data)); err == nil {
		f.report(n, "an empty line is missing between this frame and the one before")
		f.frames = append(f.frames, *f.open)
		f.open = &frame{line: n, data: data}
		return
	}
	f.once(f.open.line, "the data of a frame is spread over several lines: ChatKit's is JSON in one")
	f.open.data += "\n" + data
}
