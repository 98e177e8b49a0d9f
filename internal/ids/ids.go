package ids

import (
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// An id is the milliseconds since the epoch, and below them random bits. 53 bits in all last until the year 2094.
const (
	epochMillis = 1735689600000 // 2025-01-01T00:00:00Z
	randomBits  = 12
)

// Source gives ids. It may be used by many goroutines at once.
type Source struct {
	clock func() time.Time
	last  atomic.Int64
}

// New makes a Source that reads the time from clock.
func New(clock func() time.Time) *Source { return &Source{clock: clock} }

// Next gives an id that is greater than every one given before by this Source, also when the clock was set back.
func (s *Source) Next() int64 {
	millis := max(s.clock().UnixMilli()-epochMillis, 0)
	id := millis<<randomBits | rand.Int64N(1<<randomBits)
	for {
		last := s.last.Load()
		next := max(id, last+1)
		if s.last.CompareAndSwap(last, next) {
			return next
		}
	}
}
