package plain

import (
	"context"
	"sync"
)

// turns are those at work in this process. A page that sends the same request again, for its connection broke, joins the turn
// that the first one began: the message is sent once.
type turns struct {
	mu   sync.Mutex
	at   map[string]*turn
	work sync.WaitGroup
}

// begin starts a turn, or joins the one at work with this key; an empty key joins none.
func (t *turns) begin(key string, make func() *turn) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	if there := t.at[key]; there != nil && key != "" {
		return there
	}
	begun := make()
	if key != "" {
		t.at[key] = begun
	}
	t.work.Go(func() {
		defer t.end(key, begun)
		begun.run()
	})
	return begun
}

func (t *turns) end(key string, ended *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.at[key] == ended {
		delete(t.at, key)
	}
}

// Finish waits until every message that was sent has its answer, or ctx ends. It is for the end of a process.
func (c *Chat) Finish(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		c.turns.work.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
