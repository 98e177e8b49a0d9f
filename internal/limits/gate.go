package limits

import (
	"sync"
	"time"
)

// Gate lets each key have so many things under way at the same time. A nil Gate lets everything pass. It may be used by many at
// once, and remembers nobody who has nothing under way.
type Gate struct {
	most int
	mu   sync.Mutex
	in   map[string]int
}

// NewGate makes a Gate. It is nil when most is not above zero.
func NewGate(most int) *Gate {
	if most <= 0 {
		return nil
	}
	return &Gate{most: most, in: map[string]int{}}
}

// Enter lets one thing of the key's begin, which says its end by leave; ok is false, and leave nil, when as many as may are under way.
func (g *Gate) Enter(key string) (leave func(), ok bool) {
	if g == nil {
		return func() {}, true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.in[key] >= g.most {
		return nil, false
	}
	g.in[key]++
	return sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.in[key]--; g.in[key] == 0 {
			delete(g.in, key)
		}
	}), true
}

// crowded is when somebody is told to come again whose things are all under way: nobody knows when one ends.
const crowded = time.Second
