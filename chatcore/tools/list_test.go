package tools_test

import (
	"net/http"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/tools"
)

var _ = Describe("The list", func() {
	var there *server
	var box *tools.Tools
	var now atomic.Int64
	BeforeEach(func() {
		there = newServer(nil).start()
		now.Store(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).Unix())
		box = client(tools.Config{URL: there.URL, RetryFor: 200 * time.Millisecond,
			Clock: func() time.Time { return time.Unix(now.Load(), 0) }})
	})
	later := func(by time.Duration) { now.Add(int64(by.Seconds())) }
	down := func() {
		there.hurt(func(w http.ResponseWriter, r *http.Request, _ received) bool { status(503)(w, r); return true })
	}

	It("has the tools in order, with their schemas", func(ctx SpecContext) {
		listed, err := box.List(ctx, alice)
		Expect(err).NotTo(HaveOccurred())
		var names []string
		for _, tool := range listed {
			names = append(names, tool.Name)
		}
		Expect(names).To(Equal([]string{"add_task", "fail", "grumble", "long", "long_fail", "mumble", "nothing", "number", "picture", "say", "very_long", "wait"}))
		Expect(listed[0].Description).To(Equal("Does add_task."))
		Expect(listed[0].Schema).To(MatchJSON(`{"type":"object","properties":{"title":{"type":"string","maxLength":200}}}`))
		Expect(there.notes("tools/list")).To(HaveEach(HaveField("Token", HavePrefix("secret-alice-"))))
	})

	It("is asked for once in a while only", func(ctx SpecContext) {
		for range 3 {
			_, err := box.List(ctx, alice)
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(there.notes("tools/list")).To(HaveLen(1))
		later(time.Minute)
		_, err := box.List(ctx, bob)
		Expect(err).NotTo(HaveOccurred())
		Expect(there.notes("tools/list")).To(HaveLen(2))
	})

	It("can't be spoiled by who reads it", func(ctx SpecContext) {
		listed, err := box.List(ctx, alice)
		Expect(err).NotTo(HaveOccurred())
		listed[0] = agent.Tool{}
		again, err := box.List(ctx, alice)
		Expect(err).NotTo(HaveOccurred())
		Expect(again[0].Name).To(Equal("add_task"))
	})

	It("is the one from before while the server is away, and asked for again soon", func(ctx SpecContext) {
		before, err := box.List(ctx, alice)
		Expect(err).NotTo(HaveOccurred())
		down()
		later(time.Hour)
		for range 2 {
			listed, err := box.List(ctx, alice)
			Expect(err).NotTo(HaveOccurred())
			Expect(listed).To(Equal(before))
		}
		asked := len(there.notes("tools/list"))
		there.hurt(nil)
		later(11 * time.Second)
		_, err = box.List(ctx, alice)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(there.notes("tools/list"))).To(Equal(asked + 1))
	})

	It("is unreachable when there never was one", func(ctx SpecContext) {
		down()
		_, err := box.List(ctx, alice)
		Expect(err).To(MatchError(agent.ErrUnreachable))
		there.hurt(nil)
		_, err = box.List(ctx, alice)
		Expect(err).NotTo(HaveOccurred())
	})
})
