package plain_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/mapping"
	"taskpilot/adapter/plain"
	"taskpilot/adapter/present"
	"taskpilot/adapter/server"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

const issuer = "https://issuer.example"

// adapter starts a fresh adapter before a service, and gives alice's page of it.
func adapter(s *service, change ...func(*mapping.Mapping)) wire.Page {
	GinkgoHelper()
	return adapterWith(s.URL, "", change...)
}

func adapterWith(url, token string, change ...func(*mapping.Mapping)) wire.Page {
	GinkgoHelper()
	path := filepath.Join(GinkgoT().TempDir(), "keys.json")
	Expect(tokens.WriteNewKeys(path)).To(Succeed())
	keys, err := tokens.LoadKeys(path)
	Expect(err).NotTo(HaveOccurred())
	jwks := httptest.NewServer(keys)
	DeferCleanup(jwks.Close)
	languages, err := present.NewReadOnlyLanguages()
	Expect(err).NotTo(HaveOccurred())
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	m := mapping.Default()
	for _, c := range change {
		c(&m)
	}
	calls, err := plain.NewService(url, &http.Client{Transport: &http.Transport{}}, m, token, log, time.Now)
	Expect(err).NotTo(HaveOccurred())
	pace := plain.Pace{Grace: 50 * time.Millisecond, Delta: time.Microsecond, Settle: 240 * time.Millisecond, Look: 10 * time.Millisecond}
	chat := plain.New(calls, log, time.Now, pace)
	DeferCleanup(func() { chat.Finish(context.Background()) })
	s := server.New(server.Options{
		Chat: chat, Whole: true, Languages: languages, Log: log, Clock: time.Now, Heartbeat: 20 * time.Millisecond, Patience: 50 * time.Millisecond,
		Users: tokens.NewVerifier(tokens.Options{}, tokens.Source{Issuer: issuer, Audience: "chat", JWKSURL: jwks.URL}),
		Ready: func(context.Context) error { return nil },
	})
	front := httptest.NewServer(serving.Standard(log, calls.PassHeaders(s.Handler())))
	DeferCleanup(front.Close)
	signed, err := keys.Sign(time.Now(), tokens.Claims{Issuer: issuer, Audience: "chat", Subject: "alice", Lifetime: time.Hour})
	Expect(err).NotTo(HaveOccurred())
	return wire.Page{URL: front.URL + "/api/v1/chatkit", Token: signed}
}

// create begins a thread.
func create(ctx context.Context, page wire.Page, text string) (*wire.Thread, []wire.Object) {
	GinkgoHelper()
	events, err := page.Stream(ctx, "threads.create", wire.Say("", text))
	Expect(err).NotTo(HaveOccurred())
	thread := &wire.Thread{}
	Expect(thread.Fold(events)).To(Succeed())
	return thread, events
}

// say goes on in a thread.
func say(ctx context.Context, page wire.Page, thread *wire.Thread, text string) []wire.Object {
	GinkgoHelper()
	events, err := page.Stream(ctx, "threads.add_user_message", wire.Say(thread.Meta["id"].(string), text))
	Expect(err).NotTo(HaveOccurred())
	Expect(thread.Fold(events)).To(Succeed())
	return events
}

// items are a thread's, oldest first, in pages of a size.
func items(ctx context.Context, page wire.Page, thread string, limit int, order string) (all []wire.Object) {
	GinkgoHelper()
	params := wire.Object{"thread_id": thread, "limit": limit, "order": order}
	for {
		answer, err := page.Call(ctx, "items.list", params)
		Expect(err).NotTo(HaveOccurred())
		for _, item := range answer["data"].([]any) {
			all = append(all, item.(wire.Object))
		}
		if answer["has_more"] != true {
			return all
		}
		Expect(answer["data"]).To(HaveLen(limit))
		params["after"] = answer["after"]
	}
}

// holdsLaw says that what the page has is what a fresh adapter gives, in pages of any size.
func holdsLaw(ctx context.Context, fresh wire.Page, thread *wire.Thread) {
	GinkgoHelper()
	id := thread.Meta["id"].(string)
	for _, limit := range []int{1, 2, 3, 50} {
		Expect(items(ctx, fresh, id, limit, "asc")).To(Equal(thread.Items))
		back := items(ctx, fresh, id, limit, "desc")
		Expect(back).To(HaveLen(len(thread.Items)))
		for i := range back {
			Expect(back[i]).To(Equal(thread.Items[len(back)-1-i]))
		}
	}
	got, err := fresh.Call(ctx, "threads.get_by_id", wire.Object{"thread_id": id})
	Expect(err).NotTo(HaveOccurred())
	for _, field := range []string{"id", "title", "created_at"} {
		Expect(got[field]).To(Equal(thread.Meta[field]))
	}
}

// types is an outline of a stream: repeats of the same type once.
func types(events []wire.Object) (all []string) {
	for _, event := range events {
		kind := event["type"].(string)
		if len(all) == 0 || all[len(all)-1] != kind {
			all = append(all, kind)
		}
	}
	return all
}

// oneError is a stream of exactly one error.
func oneError(events []wire.Object) (message string, retry bool) {
	GinkgoHelper()
	Expect(types(events)).To(Equal([]string{"error"}))
	return events[0]["message"].(string), events[0]["allow_retry"].(bool)
}
