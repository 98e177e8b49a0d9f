package e2e_test

import (
	"context"
	"crypto/rand"
	"net/http/httptest"
	"os"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/rules"
	"taskpilot/deploy/offlinemodel/scripted"
)

// scriptedStack starts a system of its own whose model does what a script says, and what the rules say otherwise.
func scriptedStack(ctx context.Context, environ ...string) (*stack.Stack, *scripted.Endpoint) {
	GinkgoHelper()
	model := scripted.New(scripted.Options{Clock: time.Now, NewID: rand.Text, Otherwise: rules.New().Respond})
	endpoint := httptest.NewServer(model)
	DeferCleanup(func() {
		model.Close()
		endpoint.Close()
	})
	dir, err := os.MkdirTemp("", "tp-e2e-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	environ = append(environ, "OPENAI_BASE_URL="+endpoint.URL+"/v1", "OPENAI_API_KEY=sk-secret-of-the-model")
	started, err := launcher.Start(ctx, dir+"/data", environ...)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(started.Stop()).To(Succeed()) })
	return started, model
}

// pageAt is the page of a user at a stack.
func pageAt(ctx context.Context, at *stack.Stack, user string) wire.Page {
	GinkgoHelper()
	token, err := at.Token(ctx, user, "")
	Expect(err).NotTo(HaveOccurred())
	return wire.Page{URL: at.Adapter.URL + "/api/v1/chatkit", Token: token}
}
