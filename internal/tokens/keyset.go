package tokens

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"golang.org/x/sync/singleflight"
)

const (
	fetchTime   = 5 * time.Second
	maxKeySet   = 1 << 20          // bytes
	keySetAge   = 15 * time.Minute // after this a set is fetched anew, so that a withdrawn key ends
	firstRetry  = time.Second      // the cooldown while there are no keys at all
	tokenLength = 16 << 10         // bytes of a compact token
)

// keySet is the keys that an issuer publishes. They are fetched when they are first needed, when a token names a key that
// is not among them, and when they are old; one fetch at a time, and none within the cooldown after another. A fetch that
// fails leaves the keys as they were. (jwk.Cache keeps failing after a first failure and never fetches for an unknown key.)
type keySet struct {
	url      string
	client   *http.Client
	clock    func() time.Time
	log      *slog.Logger
	cooldown time.Duration

	flight singleflight.Group

	mu      sync.Mutex
	keys    []publicKey
	fetched time.Time // the last success; zero: never
	tried   time.Time // the last attempt
	failure error     // of the last attempt
}

// lookUp gives the keys for a token's header, after a refresh if there are none.
func (s *keySet) lookUp(ctx context.Context, id string, alg jwa.SignatureAlgorithm) ([]publicKey, error) {
	keys, age, known := s.have()
	if known {
		if age > keySetAge {
			go func() { _ = s.refresh(context.WithoutCancel(ctx)) }() // bounded by fetchTime; nobody waits for it
		}
		if found := find(keys, id, alg); found != nil {
			return found, nil
		}
	}
	if err := s.refresh(ctx); err != nil {
		return nil, err
	}
	keys, _, _ = s.have()
	if found := find(keys, id, alg); found != nil {
		return found, nil
	}
	return nil, errKey
}

// ready is nil once the keys were fetched.
func (s *keySet) ready(ctx context.Context) error {
	if _, _, known := s.have(); known {
		return nil
	}
	return s.refresh(ctx)
}

func (s *keySet) have() (keys []publicKey, age time.Duration, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys, s.clock().Sub(s.fetched), !s.fetched.IsZero()
}

// refresh fetches the keys, or joins a fetch that is under way. Within the cooldown it answers as the last attempt ended.
// The fetch itself is not the caller's to cancel, for others wait for it too.
func (s *keySet) refresh(ctx context.Context) error {
	done := s.flight.DoChan("", func() (any, error) {
		if cooling, failure := s.cooling(); cooling {
			return nil, failure
		}
		fetching, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTime)
		defer cancel()
		keys, err := s.fetch(fetching)
		return nil, s.keep(keys, err)
	})
	select {
	case result := <-done:
		return result.Err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrKeysUnavailable, ctx.Err())
	}
}

func (s *keySet) cooling() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := s.cooldown
	if s.fetched.IsZero() {
		wait = min(wait, firstRetry)
	}
	return !s.tried.IsZero() && s.clock().Sub(s.tried) < wait, s.failure
}

func (s *keySet) keep(keys []publicKey, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried = s.clock()
	s.failure = nil
	if err != nil {
		s.log.Warn("fetching the keys of an issuer failed", "error", err.Error())
		s.failure = fmt.Errorf("%w: %w", ErrKeysUnavailable, err)
		return s.failure
	}
	s.keys, s.fetched = keys, s.tried
	return nil
}

func (s *keySet) fetch(ctx context.Context) ([]publicKey, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, fmt.Errorf("fetching the key set: %w", err)
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("fetching the key set: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetching the key set from %s: the answer was %s", request.URL.Redacted(), response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxKeySet))
	if err != nil {
		return nil, fmt.Errorf("reading the key set from %s: %w", request.URL.Redacted(), err)
	}
	set, err := jwk.Parse(body, jwk.WithIgnoreParseError(true)) // one key of a kind unknown to jwx must not hide the others
	if err != nil {
		return nil, fmt.Errorf("reading the key set from %s: %w", request.URL.Redacted(), err)
	}
	keys := usable(set)
	if len(keys) == 0 {
		return nil, errors.New("reading the key set from " + request.URL.Redacted() + ": it has no key that can be used")
	}
	return keys, nil
}
