package faults_test

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"

	"taskpilot/deploy/e2e/wire"
)

// reload reads the thread as a page does that has just opened.
func (p *person) reload(ctx context.Context, t *talk) {
	if t.id == "" {
		return
	}
	p.frame = rand.Text()
	items, err := p.list(ctx, t, "desc")
	if err != nil {
		return
	}
	read := map[string]bool{}
	for _, item := range items {
		read[item["id"].(string)] = true
	}
	for id := range t.done {
		if !read[id] {
			p.violation("item %s was shown as done to %s, and is not in %s", id, p.name, t.id)
		}
	}
}

// list reads all items.
func (p *person) list(ctx context.Context, t *talk, order string) (items []wire.Object, err error) {
	answer, err := p.page.Call(ctx, "items.list", wire.Object{"thread_id": t.id, "limit": 1000, "order": order})
	var status *wire.StatusError
	switch {
	case errors.As(err, &status) && status.Status < 500:
		p.violation("reading %s of %s: %v", t.id, p.name, err)
		return nil, err
	case err != nil:
		p.count("reads that failed")
		return nil, err
	}
	p.count("reads")
	for _, item := range answer["data"].([]any) {
		items = append(items, item.(wire.Object))
	}
	return items, nil
}

// stop presses a Stop that tells what it means.
func (p *person) stop(ctx context.Context, t *talk) {
	t.came += " (stopped)"
	response, err := p.at(ctx, http.MethodPost, t, "/cancel", "")
	if err != nil {
		p.count("stopping failed")
		return
	}
	defer func() { _ = response.Body.Close() }()
	p.count(fmt.Sprintf("stopping answered with %d", response.StatusCode))
}

// at calls one of the routes beside the protocol.
func (p *person) at(ctx context.Context, method string, t *talk, path, last string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, p.page.URL+"/threads/"+t.id+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+p.token)
	request.Header.Set("Accept-Language", "en")
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	response, err := p.page.Client.Do(request)
	if err == nil {
		wire.Listen(response, "")
	}
	return response, err
}

// tuneIn is a reload by a page that can follow: what it reads and what it follows are the thread again. A stream that ends
// says nothing yet: the page goes on behind the last event that it saw, until there is nothing to follow.
func (p *person) tuneIn(ctx context.Context, t *talk) {
	if t.id == "" {
		return
	}
	p.frame = rand.Text()
	items, err := p.list(ctx, t, "asc")
	if err != nil {
		return
	}
	var seen []wire.Object
	t.torn = false
	for last := ""; ; {
		more, status := p.tune(ctx, t, &last)
		seen = append(seen, more...)
		if status == http.StatusNoContent {
			break
		}
		if ctx.Err() != nil {
			p.violation("%s could not follow %s to its end; the last event was %q", p.name, t.id, last)
			t.torn = true
			return
		}
		pause(ctx, 50*time.Millisecond)
	}
	if t.torn = t.torn || len(seen) == 0; t.torn { // a request of the old page's may still be on its way
		return
	}
	t.thread.Items, t.came = items, "read and followed"
	if err := t.thread.Fold(clone(seen)); err != nil {
		p.violation("what %s read and followed of %s does not fold: %v", p.name, t.id, err)
		t.torn = true
	}
}

// tune follows once, behind the last event.
func (p *person) tune(ctx context.Context, t *talk, last *string) (seen []wire.Object, status int) {
	response, err := p.at(ctx, http.MethodGet, t, "/events", *last)
	if err != nil {
		p.count("tuning in failed")
		return nil, 0
	}
	defer func() { _ = response.Body.Close() }()
	p.count(fmt.Sprintf("tuning in answered with %d", response.StatusCode))
	if response.StatusCode >= 400 && response.StatusCode < 500 {
		p.violation("following %s of %s behind %q: %s", t.id, p.name, *last, response.Status)
	}
	if response.StatusCode != http.StatusOK {
		return nil, response.StatusCode
	}
	for frame, err := range framesWithIDs(response.Body) {
		if err != nil {
			p.count("streams cut while tuned in")
			break
		}
		*last = cmp.Or(frame.id, *last)
		seen = append(seen, frame.event)
		p.note(t, &said{}, frame.event)
	}
	return seen, response.StatusCode
}

// frame is an event with its id.
type frame struct {
	id    string
	event wire.Object
}

// framesWithIDs reads frames of one id, if any, and one line of data.
func framesWithIDs(r io.Reader) iter.Seq2[frame, error] {
	return func(yield func(frame, error) bool) {
		lines := bufio.NewReader(r)
		var next frame
		for {
			line, err := lines.ReadString('\n')
			if errors.Is(err, io.EOF) && line == "" {
				return
			}
			if err != nil {
				yield(next, err)
				return
			}
			if id, ok := strings.CutPrefix(line, "id: "); ok {
				next.id = strings.TrimSpace(id)
			}
			data, ok := strings.CutPrefix(line, "data: ")
			if !ok {
				continue
			}
			if err := json.Unmarshal([]byte(data), &next.event); !yield(next, err) || err != nil {
				return
			}
			next = frame{}
		}
	}
}
