package faults_test

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/deploy/e2e/wire"
)

// world is what all people said and saw.
type world struct {
	mu     sync.Mutex
	people []*person
	said   []*said
	talks  []*talk
	broken []string // laws that were seen to be broken on the way
	counts map[string]int
	harmed spans // in which pages were cut off from the adapters
	killed spans // in which adapters were
}

func newWorld() *world { return &world{counts: map[string]int{}} }

// said is one message of a person's.
type said struct {
	user, text string
	accepted   bool      // somebody was told so
	refused    bool      // somebody was told that it was not
	first      time.Time // when it was sent
	last       time.Time // and when again for the last time
	answer     int64     // the answer's id, for those who were told
	response   string    // and its words
}

// talk is a thread as its page knows it.
type talk struct {
	user     string
	id       string
	thread   wire.Thread            // the fold of its streams, while each of them came whole
	torn     bool                   // one did not
	came     string                 // how its last items came
	question string                 // the last user's item that was shown
	done     map[string]wire.Object // items that were shown as final
}

func (w *world) say(s *said) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, s)
}

func (w *world) keep(t *talk) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.talks = append(w.talks, t)
}

// violation notes that a law was broken.
func (w *world) violation(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = append(w.broken, clock(time.Now())+" "+brief(format, args...))
}

// brief keeps a sentence to a length that can be read.
func brief(format string, args ...any) string {
	text := fmt.Sprintf(format, args...)
	if len(text) > 700 {
		return text[:700] + "…"
	}
	return text
}

// ambiguous says that a message may have been stored twice. When the way between the page and the adapter breaks, the
// adapter can't tell that from a Stop: the page aborts its request for that, too. The same request after a Stop is a wish
// of its own, so what the stock page then sends again is one.
func (w *world) ambiguous(s *said) bool {
	return s.last.After(s.first) && w.harmed.near(s.first, s.last)
}

// unlucky says that a message may have been stored twice for another reason: the turn's end had reached an adapter, which
// was killed before it reached the page. No word from the adapter to chatcore would end this: the end must count as seen
// before the page has it, for who then says "yes" twice wants two answers, and a killed adapter takes no word back.
func (w *world) unlucky(ctx context.Context, s *said) bool {
	return s.last.After(s.first) && w.killed.near(s.first, s.last) && len(rows(ctx, `
		SELECT a.id::text FROM messages q JOIN messages a ON a.user_id = q.user_id AND a.reply_to = q.id
		WHERE q.user_id = $1 AND q.content = $2 AND NOT a.end_seen
			AND q.id < (SELECT max(id) FROM messages WHERE user_id = $1 AND content = $2)`, s.user, s.text)) == 0
}

func (w *world) violations() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.broken
}

func (w *world) count(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[what]++
}

// person is somebody with a page, who does one thing at a time.
type person struct {
	*world
	name  string
	token string
	rand  *rand.Rand
	page  wire.Page
	api   *api.Client
	pool  *http.Transport
	frame string // of the page; another one after a reload
	said  int
	talks []*talk
}

func (w *world) newPerson(name string, seed uint64) *person {
	GinkgoHelper()
	token, err := system.Token(name)
	Expect(err).NotTo(HaveOccurred())
	pool := &http.Transport{}
	client, err := api.NewClient(system.ChatURL(), api.ClientOptions{HTTP: &http.Client{Transport: pool}, Silence: 10 * time.Second})
	Expect(err).NotTo(HaveOccurred())
	p := &person{
		world: w, name: name, token: token, frame: crand.Text(), rand: rand.New(rand.NewPCG(seed, 2)), api: client, pool: pool,
		page: wire.Page{URL: system.PageURL(), Token: token, Client: &http.Client{Transport: pool}},
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.people = append(w.people, p)
	return p
}

func (p *person) close() { p.pool.CloseIdleConnections() }

func (p *person) caller() api.Caller { return api.Caller{UserID: p.name, Bearer: p.token} }

// words are something that nobody said before.
func (p *person) words() string {
	p.said++
	return fmt.Sprintf("%s says number %d", p.name, p.said)
}

// patience is how long one thing may take that a person does, with all faults in it: longer than any bound of the
// processes' own.
const patience = 90 * time.Second

// live does one thing after the other until stop is closed.
func (p *person) live(ctx context.Context, stop <-chan struct{}) {
	defer GinkgoRecover()
	defer p.close()
	for {
		within, cancel := context.WithTimeout(ctx, patience)
		p.act(within)
		if within.Err() != nil && ctx.Err() == nil {
			p.violation("%s waited too long", p.name)
		}
		cancel()
		select {
		case <-stop:
			return
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(p.rand.IntN(200)) * time.Millisecond):
		}
	}
}

// act does one thing that people do.
func (p *person) act(ctx context.Context) {
	t := p.pick()
	switch n := p.rand.IntN(100); {
	case n < 38:
		p.send(ctx, t, moves{})
	case n < 46: // Stop, or gone
		p.send(ctx, t, p.soon(moves{leave: true}))
	case n < 52:
		p.send(ctx, t, p.soon(moves{stop: true}))
	case n < 62: // Stop, and something new at once
		p.send(ctx, t, p.soon(moves{leave: true}))
		p.send(ctx, t, moves{})
	case n < 70: // reload in the middle
		p.send(ctx, t, p.soon(moves{leave: true}))
		p.reload(ctx, t)
	case n < 78:
		p.send(ctx, t, p.soon(moves{leave: true}))
		p.tuneIn(ctx, t)
	case n < 81:
		p.reload(ctx, t)
	case n < 86:
		p.again(ctx, t)
	case n < 93: // a service without a stream
		p.ask(ctx, t)
	default: // a service that goes on where its stream was cut
		p.follow(ctx, t)
	}
}

// soon throws when the person does what they do.
func (p *person) soon(m moves) moves {
	m.after = 1 + p.rand.IntN(15)
	return m
}

// pick takes one of the last threads, or a new one.
func (p *person) pick() *talk {
	if n := len(p.talks); n > 0 && p.rand.IntN(3) > 0 {
		return p.talks[n-1-p.rand.IntN(min(n, 3))]
	}
	return &talk{user: p.name}
}
