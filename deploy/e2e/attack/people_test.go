package attack_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

// secret stands in everything that an honest user says, names or uploads. It is in no answer to anybody else.
const secret = "Zanzibar"

// honest is a user who works with the system as it is meant to be used.
type honest struct {
	name string
	page wire.Page
	dice *rand.Rand
	last string // the thread that they are in
}

func newHonest(ctx context.Context, name string, dice *rand.Rand) *honest {
	return &honest{name: name, dice: dice, page: wire.Page{URL: system.Adapter.URL + "/api/v1/chatkit", Token: token(ctx, name, "")}}
}

// live does one thing.
func (h *honest) live(ctx context.Context) {
	GinkgoHelper()
	task := fmt.Sprintf("%s %d", secret, h.dice.IntN(1000))
	switch {
	case h.last == "" || h.dice.IntN(6) == 0:
		h.begin(ctx, "Add a task to visit "+task)
	case h.dice.IntN(5) == 0:
		h.call(ctx, "threads.update", wire.Object{"thread_id": h.last, "title": task})
	case h.dice.IntN(5) == 0:
		h.upload(ctx, task)
	case h.dice.IntN(5) == 0:
		h.session(ctx)
	case h.dice.IntN(4) == 0:
		h.say(ctx, "Delete "+secret) // several fit: it asks back, and waits
	default:
		h.say(ctx, []string{"Add a task to sell " + task, "Show all my tasks", "Find " + task, "mark the first one as done"}[h.dice.IntN(4)])
	}
}

func (h *honest) begin(ctx context.Context, words string) {
	GinkgoHelper()
	events, err := h.page.Stream(ctx, "threads.create", wire.Say("", words))
	Expect(err).NotTo(HaveOccurred())
	h.last = events[0]["thread"].(wire.Object)["id"].(string)
}

func (h *honest) say(ctx context.Context, words string) {
	GinkgoHelper()
	_, err := h.page.Stream(ctx, "threads.add_user_message", wire.Say(h.last, words))
	Expect(err).NotTo(HaveOccurred())
}

func (h *honest) call(ctx context.Context, kind string, params wire.Object) {
	GinkgoHelper()
	_, err := h.page.Call(ctx, kind, params)
	Expect(err).NotTo(HaveOccurred())
}

// upload attaches a file, through the chat API.
func (h *honest) upload(ctx context.Context, name string) {
	GinkgoHelper()
	content := []byte(secret + " in a file")
	status, body := send(ctx, knock{to: "chatcore", method: "POST", path: "/attachments",
		body: text(object{"name": name + ".txt", "size": len(content), "mime_type": "text/plain"})}, h.name, h.page.Token)
	Expect(status).To(BeNumerically("<", 300), string(body))
}

func (h *honest) session(ctx context.Context) {
	GinkgoHelper()
	status, body := send(ctx, knock{to: "chatcore", method: "POST", path: "/chatkit-sessions", body: `{"expires_in":3600}`}, h.name, h.page.Token)
	Expect(status).To(BeNumerically("<", 300), string(body))
}

// client does not follow redirects, and keeps its connections.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// send makes a request; path is the user in whose path a request of the chat API is made.
func send(ctx context.Context, k knock, path, bearer string) (status int, body []byte) {
	GinkgoHelper()
	address := map[string]string{
		"adapter": system.Adapter.URL + k.path, "tools": system.Toolserver.URL + "/mcp",
		"chatcore": system.Chatcore.URL + "/api/" + url.PathEscape(path) + k.path,
	}[k.to]
	var content io.Reader
	if k.body != "" {
		content = bytes.NewReader([]byte(k.body))
	}
	request, err := http.NewRequestWithContext(ctx, k.method, address, content)
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Authorization", "Bearer "+bearer)
	request.Header.Set("Accept", "application/json, text/event-stream")
	if strings.HasSuffix(k.path, "/content") {
		request.Header.Set("Content-Type", "text/plain")
	} else if k.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range k.header {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return response.StatusCode, body
}
