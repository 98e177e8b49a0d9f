package faults_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

// ask sends a message as a service that wants the whole answer. With a key it asks until it has one.
func (p *person) ask(ctx context.Context, t *talk) {
	s := &said{user: p.name, text: p.words()}
	p.say(s)
	t.torn = true // the page does not see this
	key := ""
	if p.rand.IntN(2) == 0 {
		key = rand.Text()
	}
	body, err := json.Marshal(api.ChatRequest{Content: s.text, ConversationID: conversationOf(t.id)})
	Expect(err).NotTo(HaveOccurred())
	for {
		answer, status, err := p.post(ctx, body, key)
		switch {
		case err != nil:
			p.count("asking failed")
		default:
			p.count(fmt.Sprintf("asking answered with %d", status))
		}
		switch {
		case err == nil && status == http.StatusOK:
			if s.accepted = true; !strings.HasPrefix(answer.Response, "Your message has arrived") { // and is not answered yet
				s.answer, s.response = answer.MessageID, answer.Response
			}
			if answer.Response == "" {
				p.violation("the answer %d of %s is empty", answer.MessageID, p.name)
			}
			return
		case err == nil && key == "", err == nil && status < 500:
			s.refused = true // 502, 503 and 504 say that nothing was accepted
			return
		case key == "" || ctx.Err() != nil:
			return
		}
		pause(ctx, 100*time.Millisecond)
	}
}

// post sends a message as a service does.
func (p *person) post(ctx context.Context, body []byte, key string) (answer api.ChatResponse, status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, system.ChatURL()+"/api/"+p.name+"/chat", bytes.NewReader(body))
	if err != nil {
		return answer, 0, err
	}
	request.Header.Set("Authorization", "Bearer "+p.token)
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := p.page.Client.Do(request)
	if err != nil {
		return answer, 0, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode == http.StatusOK {
		err = json.Unmarshal(text, &answer)
	}
	return answer, response.StatusCode, err
}

// follow sends a message as a service that streams, and goes on from the last event that it saw whenever its stream is
// cut: then it must have seen exactly what is stored.
func (p *person) follow(ctx context.Context, t *talk) {
	s := &said{user: p.name, text: p.words()}
	p.say(s)
	t.torn = true
	seen := &reading{}
	request := api.ChatRequest{Content: s.text, ConversationID: conversationOf(t.id)}
	err := seen.read(p.api.Stream(ctx, p.caller(), request))
	if seen.run == 0 {
		p.count("following was refused")
		return
	}
	s.accepted = true
	for err != nil && ctx.Err() == nil {
		p.count("followed again")
		err = seen.read(p.api.Follow(ctx, p.caller(), seen.run, seen.last))
		var problem *api.Problem
		if errors.As(err, &problem) && problem.Status == 404 {
			p.violation("run %d of %s is gone", seen.run, p.name)
			return
		}
		if err != nil {
			select {
			case <-time.After(50 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}
	if ctx.Err() != nil {
		p.violation("run %d of %s was not seen to its end; last event %s", seen.run, p.name, seen.last)
		return
	}
	p.count("followed to the end")
	for _, fault := range seen.faults() {
		p.violation("run %d of %s: %s", seen.run, p.name, fault)
	}
}
