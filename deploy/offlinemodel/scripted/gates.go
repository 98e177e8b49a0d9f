package scripted

import (
	"context"
	"sync"
)

// gates are places to wait at, each known by its name. They are closed until somebody opens them.
type gates struct {
	mu    sync.Mutex
	named map[string]*gate
}

type gate struct {
	opened  chan struct{}
	isOpen  bool
	waiting int
}

func newGates() *gates { return &gates{named: map[string]*gate{}} }

// get gives the gate of this name; the lock is held.
func (g *gates) get(name string) *gate {
	if g.named[name] == nil {
		g.named[name] = &gate{opened: make(chan struct{})}
	}
	return g.named[name]
}

// pass waits until the gate is open, or gives the context's error.
func (g *gates) pass(ctx context.Context, name string) error {
	g.mu.Lock()
	at := g.get(name)
	at.waiting++
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		at.waiting--
	}()
	select {
	case <-at.opened:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *gates) open(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.get(name).open()
}

func (g *gate) open() {
	if !g.isOpen {
		g.isOpen = true
		close(g.opened)
	}
}

func (g *gates) waiting(name string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if at := g.named[name]; at != nil {
		return at.waiting
	}
	return 0
}

// reset lets everything that waits go on, and begins with closed gates.
func (g *gates) reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, at := range g.named {
		at.open()
	}
	clear(g.named)
}
