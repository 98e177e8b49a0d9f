package scripted

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"taskpilot/deploy/offlinemodel/openai"
)

// Options of New. Clock and NewID are required.
type Options struct {
	Clock     func() time.Time
	NewID     func() string
	Otherwise openai.Responder // answers what the script has no reply for; without it that is a 400
	PaceMS    int              // of what Otherwise answers
}

// Endpoint is the scripted endpoint. All its methods may be used at any time, by several goroutines at once.
type Endpoint struct {
	options Options
	gates   *gates

	mu       sync.Mutex
	rules    []*running
	answer   func(openai.Request) Reply
	requests []*Recorded
}

// running is a rule and how far it has come.
type running struct {
	Rule
	next int
}

// Recorded is a request that came, and what became of it.
type Recorded struct {
	Authorization string          `json:"authorization,omitempty"`
	Body          json.RawMessage `json:"body,omitempty"`    // as it came; nothing when that was no JSON
	Request       openai.Request  `json:"-"`                 // the same, read
	Refused       string          `json:"refused,omitempty"` // why it was answered by a 400
	Ended         Ended           `json:"ended"`
}

// Ended says how far the answer to a request has come.
type Ended string

// The values of Ended.
const (
	AtWork   Ended = ""       // not ended yet
	Answered Ended = "whole"  // to the end of the script
	Left     Ended = "left"   // the caller went away first
	Closed   Ended = "closed" // the script said so
)

// New makes an endpoint with an empty script.
func New(options Options) *Endpoint {
	return &Endpoint{options: options, gates: newGates()}
}

// Play appends replies that fit any request.
func (e *Endpoint) Play(replies ...Reply) { e.Use(Rule{Replies: replies}) }

// Use appends rules.
func (e *Endpoint) Use(rules ...Rule) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, rule := range rules {
		e.rules = append(e.rules, &running{Rule: rule})
	}
}

// Answer lets a function choose each reply, before all rules; nil ends that. It is called from many goroutines at once.
func (e *Endpoint) Answer(choose func(openai.Request) Reply) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answer = choose
}

// Reset empties the script, forgets the requests, and closes all gates. What waits at one goes on.
func (e *Endpoint) Reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rules, e.answer, e.requests = nil, nil, nil
	e.gates.reset()
}

// Open opens a gate: what waits there goes on, and whatever comes later passes.
func (e *Endpoint) Open(gate string) { e.gates.open(gate) }

// Waiting counts the replies that wait at a gate right now.
func (e *Endpoint) Waiting(gate string) int { return e.gates.waiting(gate) }

// Close lets everything that waits go on, so that a server with this endpoint can be closed.
func (e *Endpoint) Close() { e.gates.reset() }

// Requests gives what came so far, in order.
func (e *Endpoint) Requests() []Recorded {
	e.mu.Lock()
	defer e.mu.Unlock()
	copies := make([]Recorded, 0, len(e.requests))
	for _, recorded := range e.requests {
		copies = append(copies, *recorded)
	}
	return copies
}

// ServeHTTP answers POST …/chat/completions.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/chat/completions") {
		openai.WriteError(w, openai.NewFault(http.StatusNotFound, "Unknown request URL: "+r.Method+" "+r.URL.Path+"."))
		return
	}
	request, raw, err := openai.Read(r)
	recorded := e.record(r, request, raw, err)
	if err != nil {
		e.end(recorded, Answered)
		openai.WriteError(w, err)
		return
	}
	reply, ok := e.choose(request)
	if !ok {
		e.end(recorded, Answered)
		openai.WriteError(w, openai.NewFault(http.StatusBadRequest, "The script has no reply for this request."))
		return
	}
	ended := e.play(w, r, request, reply)
	e.end(recorded, ended)
	if ended == Closed {
		panic(http.ErrAbortHandler) // net/http closes the connection
	}
}

func (e *Endpoint) record(r *http.Request, request openai.Request, raw []byte, err error) *Recorded {
	recorded := &Recorded{Authorization: r.Header.Get("Authorization"), Request: request}
	if json.Valid(raw) {
		recorded.Body = slices.Clone(raw)
	}
	if err != nil {
		recorded.Refused = err.Error()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.requests = append(e.requests, recorded)
	return recorded
}

func (e *Endpoint) end(recorded *Recorded, ended Ended) {
	e.mu.Lock()
	defer e.mu.Unlock()
	recorded.Ended = ended
}

// choose gives the reply to a request: the function's, a rule's, or what is answered otherwise.
func (e *Endpoint) choose(request openai.Request) (Reply, bool) {
	e.mu.Lock()
	answer := e.answer
	var found *Reply
	for i := 0; i < len(e.rules) && answer == nil && found == nil; i++ {
		found = e.rules[i].take(request)
	}
	e.mu.Unlock()
	switch {
	case answer != nil:
		return answer(request), true
	case found != nil:
		return *found, true
	case e.options.Otherwise != nil:
		return e.fromReply(e.options.Otherwise(request)), true
	}
	return Reply{}, false
}

// take gives the rule's next reply, or nil.
func (r *running) take(request openai.Request) *Reply {
	count := len(r.Replies)
	if count == 0 || r.Times >= 0 && r.next >= count*max(r.Times, 1) || !r.When.fits(request) {
		return nil
	}
	reply := r.Replies[r.next%count]
	r.next++
	return &reply
}

// fromReply makes a script's reply of an ordinary one.
func (e *Endpoint) fromReply(plain openai.Reply) Reply {
	reply := Say(openai.Words(plain.Text)...)
	reply.PaceMS = e.options.PaceMS
	for _, call := range plain.Calls {
		reply.Calls = append(reply.Calls, Call{ID: call.ID, Name: call.Function.Name, Arguments: call.Function.Arguments})
	}
	return reply
}

// errClosed says that the script closes the connection here.
var errClosed = errors.New("the script closes the connection")
