package limits

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// maxKeys is how many callers are remembered, about 20 MB; whoever was not seen for the longest is forgotten first, and
// begins with a full allowance again.
const maxKeys = 1 << 16

// Limiter lets each key do so many things in a time. A nil Limiter lets everything pass. It may be used by many at once.
type Limiter struct {
	every rate.Limit
	burst int
	clock func() time.Time
	keys  *lru.Cache[string, *rate.Limiter]
}

// New makes a Limiter: each key may do n things per time, and burst at once. It is nil when n is not above zero.
func New(n int, per time.Duration, burst int, clock func() time.Time) *Limiter {
	if n <= 0 {
		return nil
	}
	keys, err := lru.New[string, *rate.Limiter](maxKeys)
	if err != nil { // only for a size below one
		panic(err)
	}
	return &Limiter{every: rate.Every(per / time.Duration(n)), burst: burst, clock: clock, keys: keys}
}

// Take counts one thing for the key. It returns 0 when it may be done, else after what time it may, and counts nothing.
func (l *Limiter) Take(key string) (wait time.Duration) {
	if l == nil {
		return 0
	}
	bucket, ok := l.keys.Get(key)
	if !ok {
		bucket = rate.NewLimiter(l.every, l.burst)
		if before, existed, _ := l.keys.PeekOrAdd(key, bucket); existed {
			bucket = before
		}
	}
	now := l.clock()
	reservation := bucket.ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}
