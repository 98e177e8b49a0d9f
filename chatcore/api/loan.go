package api

import (
	"io"
	"sync"
)

// loan lends a reader to a request. net/http may go on reading a body after the answer came; when the loan has ended, it
// can't.
type loan struct {
	mu   sync.Mutex
	from io.Reader
	over bool
}

// Read implements io.Reader.
func (l *loan) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return 0, errSent
	}
	return l.from.Read(p)
}

// end waits for a Read at work.
func (l *loan) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
}
