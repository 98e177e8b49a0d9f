package model

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Limits of a response, in bytes: of all of it, of one line, and of lines that carry no data, which go-openai keeps.
const (
	maxStream = 64 << 20
	maxLine   = 1 << 20
	maxOther  = 256 << 10
)

var (
	errTooMuch  = errors.New("the response is too large")
	errLongLine = errors.New("a line of the response is too long")
)

// body reads a response with limits, and gives up when nothing comes. Of a stream it leaves comments and field names other
// than data out: go-openai keeps them, and then can't read an error that comes after them.
type body struct {
	source io.ReadCloser
	lines  *bufio.Reader
	idle   *idle
	stream bool
	left   int // bytes that may still be read
	other  int // bytes of lines without data
	ready  []byte
}

func newBody(source io.ReadCloser, idle *idle, limit int, stream bool) *body {
	b := &body{source: source, idle: idle, left: limit, stream: stream}
	b.lines = bufio.NewReader(watched{b})
	return b
}

// watched is the network's side of a body.
type watched struct{ *body }

func (w watched) Read(p []byte) (int, error) {
	defer w.idle.watch()()
	return w.source.Read(p)
}

// Read implements io.Reader: whole lines, one at a time.
func (b *body) Read(p []byte) (int, error) {
	for len(b.ready) == 0 {
		line, err := b.line()
		if err != nil && len(line) == 0 {
			return 0, err
		}
		if !b.stream {
			b.ready = line
			break
		}
		data := bytes.HasPrefix(line, []byte("data:"))
		switch {
		case data && err != nil: // cut inside a line
			return 0, err
		case skipped(line):
			continue
		case !data:
			b.other += len(bytes.TrimSpace(line))
		}
		if b.other > maxOther {
			return 0, errTooMuch
		}
		b.ready = line
		if err != nil { // go-openai forgets a last line that has no end
			b.ready = append(b.ready, '\n')
		}
	}
	n := copy(p, b.ready)
	b.ready = b.ready[n:]
	return n, nil
}

// line reads a line with its end. It may give both, a last line and an error.
func (b *body) line() ([]byte, error) {
	var line []byte
	for {
		part, err := b.lines.ReadSlice('\n')
		line = append(line, part...)
		b.left -= len(part)
		switch {
		case b.left < 0:
			return nil, errTooMuch
		case len(line) > maxLine:
			return nil, errLongLine
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		}
		return line, err
	}
}

// skipped are a stream's lines that say nothing to this package.
func skipped(line []byte) bool {
	for _, prefix := range []string{":", "event:", "id:", "retry:"} {
		if bytes.HasPrefix(line, []byte(prefix)) {
			return true
		}
	}
	return false
}

func (b *body) Close() error { return b.source.Close() }
