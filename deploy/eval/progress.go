package main

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"taskpilot/deploy/eval/grade"
)

// progress is a bar on one line.
type progress struct {
	to    io.Writer
	total int

	mu                  sync.Mutex
	cases, good, broken int
}

func newProgress(to io.Writer, total int) *progress { return &progress{to: to, total: total} }

const barWidth = 30

// done counts a case: it is good when every turn is.
func (p *progress) done(turns []grade.Marks, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cases++
	good := err == nil
	for _, marks := range turns {
		good = good && marks.Good()
	}
	switch {
	case err != nil:
		p.broken++
	case good:
		p.good++
	}
	full := barWidth * p.cases / p.total
	if full == barWidth*(p.cases-1)/p.total {
		return // a log gets no more lines than the bar has steps
	}
	_, _ = fmt.Fprintf(p.to, "\r[%s%s] %d of %d, %d all good, %d broken ",
		strings.Repeat("█", full), strings.Repeat("·", barWidth-full), p.cases, p.total, p.good, p.broken)
}

func (p *progress) end() { _, _ = fmt.Fprintln(p.to) }
