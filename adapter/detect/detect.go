package detect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"taskpilot/adapter/plain"
)

// Kind is a kind of chat service.
type Kind string

// The kinds. CHAT_API_KIND names them too.
const (
	Unknown  Kind = "unknown" // it has not answered yet
	Chatcore Kind = "chatcore"
	Plain    Kind = "plain"
)

// Found is what is known of the service, for people and probes.
type Found struct {
	Kind Kind `json:"kind"`
	// Plain is what a plain service can do; nil for the other kinds.
	Plain *plain.Abilities `json:"can,omitempty"`
}

// Detector finds it out. Make one with New.
type Detector struct {
	base    string
	http    *http.Client
	service *plain.Service
	log     *slog.Logger
	asking  sync.Mutex

	mu    sync.Mutex
	found Found
	last  time.Time // when it was asked in vain
}

// New makes a Detector. A kind that is not Unknown is told, and not found out.
func New(base string, told Kind, service *plain.Service, transport http.RoundTripper, log *slog.Logger) *Detector {
	client := &http.Client{
		Transport: transport, Timeout: askTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	d := &Detector{base: strings.TrimRight(base, "/"), http: client, service: service, log: log, found: Found{Kind: told}}
	return d
}

// askTime bounds one question, and calm is how long nobody asks again after one in vain.
const (
	askTime = 3 * time.Second
	calm    = 300 * time.Millisecond
)

// Found is what is known by now.
func (d *Detector) Found() Found {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.found
}

// Run asks until the service has answered, or ctx ends.
func (d *Detector) Run(ctx context.Context) {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval = 200*time.Millisecond, 15*time.Second
	told := false
	_, _ = backoff.Retry(ctx, func() (struct{}, error) {
		err := d.ask(ctx)
		if err != nil && !told {
			told = true
			d.log.WarnContext(ctx, "the chat service does not answer yet: what it can do is found out when it does", "error", err.Error())
		}
		return struct{}{}, err
	}, backoff.WithBackOff(waits), backoff.WithMaxElapsedTime(0))
}

// Kind is what the service is. While that is unknown each caller asks, but not all at once.
func (d *Detector) Kind(ctx context.Context) Kind {
	d.mu.Lock()
	kind, calm := d.found.Kind, time.Since(d.last) < calm
	d.mu.Unlock()
	if kind == Unknown && !calm {
		_ = d.ask(ctx)
		kind = d.Found().Kind
	}
	return kind
}

// ask asks once. An error says that it is still not known.
func (d *Detector) ask(ctx context.Context) error {
	d.asking.Lock()
	defer d.asking.Unlock()
	known := d.Found()
	if known.Kind == Chatcore || known.Kind == Plain && known.Plain != nil {
		return nil
	}
	found := Found{Kind: known.Kind}
	var err error
	if found.Kind == Unknown {
		found.Kind, err = d.kind(ctx)
	}
	if err == nil && found.Kind == Plain {
		abilities := d.service.Abilities(ctx)
		found.Plain = &abilities
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		d.last = time.Now()
		return err
	}
	d.found = found
	d.tell(ctx)
	return nil
}

func (d *Detector) tell(ctx context.Context) {
	if d.found.Kind == Plain {
		d.log.InfoContext(ctx, "the chat service is a plain one: answers come whole, and what it lacks is worded or done here",
			"rename", d.found.Plain.Rename, "delete", d.found.Plain.Delete, "lacks", "streams, stop, retry, feedback, clicks, attachments, dictation, sessions")
		return
	}
	d.log.InfoContext(ctx, "the chat service is chatcore")
}

// mark stands in the document that chatcore serves, and in no other.
var mark = []byte("\n  title: Taskpilot chat API\n")

// kind asks for the document that only chatcore has. Any other answer of a service that is up means another one.
func (d *Detector) kind(ctx context.Context) (Kind, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.base+"/openapi.yaml", nil)
	if err != nil {
		return Unknown, err
	}
	response, err := d.http.Do(request)
	if err != nil {
		return Unknown, err
	}
	defer func() { _ = response.Body.Close() }()
	switch status := response.StatusCode; status {
	case http.StatusOK:
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		return Unknown, fmt.Errorf("it answered %d", status)
	default:
		return Plain, nil
	}
	start, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	switch {
	case err != nil:
		return Unknown, err
	case bytes.Contains(start, mark):
		return Chatcore, nil
	}
	return Plain, nil
}

// errUnknown is why nothing is sent yet.
var errUnknown = errors.New("it is not known yet what the chat service is")

// Guard lets nothing through to chatcore before it is known to be there: another service would take a message and answer it in
// a form that chatcore's client doesn't read.
func (d *Detector) Guard(transport http.RoundTripper) http.RoundTripper {
	return guarded{d, transport}
}

type guarded struct {
	*Detector
	http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (g guarded) RoundTrip(request *http.Request) (*http.Response, error) {
	if g.Kind(request.Context()) != Chatcore {
		if request.Body != nil {
			_ = request.Body.Close()
		}
		return nil, errUnknown
	}
	return g.RoundTripper.RoundTrip(request)
}
