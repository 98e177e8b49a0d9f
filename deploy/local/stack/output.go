package stack

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"
)

// output writes lines without ever waiting for whoever reads them: a reader that stopped reading must not stop the
// stack. What does not fit the queue is dropped, and said.
type output struct {
	lines   chan line
	done    chan struct{}
	dropped int // under mu
	mu      sync.Mutex
	closed  bool
}

type line struct {
	to   io.Writer
	text []byte
}

const queuedLines = 4096

func newOutput() *output {
	o := &output{lines: make(chan line, queuedLines), done: make(chan struct{})}
	go func() {
		defer close(o.done)
		for l := range o.lines {
			_, _ = l.to.Write(l.text) // the reader is gone: go on for the others
		}
	}()
	return o
}

func (o *output) write(to io.Writer, text []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || to == nil {
		return
	}
	if o.dropped > 0 {
		select {
		case o.lines <- line{to, fmt.Appendf(nil, "(%d lines were dropped: nobody read them in time)\n", o.dropped)}:
			o.dropped = 0
		default:
		}
	}
	select {
	case o.lines <- line{to, text}:
	default:
		o.dropped++
	}
}

// close writes what is queued, for a moment at most.
func (o *output) close() {
	o.mu.Lock()
	o.closed = true
	close(o.lines)
	o.mu.Unlock()
	select {
	case <-o.done:
	case <-time.After(time.Second):
	}
}

// prefixed gives a writer for a process's log: each line goes to the output under the process's name. The last lines
// are kept, for the sentence that says why it did not start.
type prefixed struct {
	name    string
	to      io.Writer
	output  *output
	mu      sync.Mutex
	partial []byte
	last    []string
}

const longestLine = 64 << 10

func (p *prefixed) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.partial = append(p.partial, text...)
	for {
		whole, rest, found := bytes.Cut(p.partial, []byte("\n"))
		if !found && len(p.partial) < longestLine {
			return len(text), nil
		}
		p.line(whole)
		p.partial = append([]byte(nil), rest...)
	}
}

func (p *prefixed) line(text []byte) {
	p.output.write(p.to, fmt.Appendf(nil, "%-10s | %s\n", p.name, text))
	p.last = append(p.last, string(text))
	p.last = p.last[max(0, len(p.last)-3):]
}

// lastLines are the last things that the process said.
func (p *prefixed) lastLines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.last...)
}
