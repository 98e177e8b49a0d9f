package model_test

import (
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/model"
)

var _ = Describe("Patience", func() {
	hold := func(lines ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if len(lines) > 0 {
				streaming(lines...)(w, r)
				_ = http.NewResponseController(w).Flush()
			}
			<-r.Context().Done()
		}
	}

	It("ends with an endpoint that never answers", func(ctx SpecContext) {
		m := endpoint(model.Config{IdleTimeout: 50 * time.Millisecond}, hold())
		Expect(hear(ctx, m, ask).Err).To(failure(agent.ModelUnreachable))
	}, SpecTimeout(10*time.Second))

	It("ends with a stream that falls silent", func(ctx SpecContext) {
		m := endpoint(model.Config{IdleTimeout: 50 * time.Millisecond}, hold(says("Hel")))
		said := hear(ctx, m, ask)
		Expect(said.Err).To(failure(agent.ModelCut))
		Expect(said.Text()).To(Equal("Hel"))
	}, SpecTimeout(10*time.Second))

	It("does not hold a whole reply back for token counts that never come", func(ctx SpecContext) {
		m := endpoint(model.Config{}, hold(says("Hello"), ends("stop")))
		Expect(hear(ctx, m, ask).Finished).To(HaveLen(1))
	}, SpecTimeout(20*time.Second))

	It("is renewed by comments", func(ctx SpecContext) {
		m := endpoint(model.Config{IdleTimeout: 2 * time.Second}, func(w http.ResponseWriter, r *http.Request) {
			for range 30 {
				fmt.Fprint(w, ": thinking\n\n")
				_ = http.NewResponseController(w).Flush()
				select {
				case <-time.After(100 * time.Millisecond):
				case <-r.Context().Done():
				}
			}
			streaming(says("Hello"), ends("stop"), done)(w, r)
		})
		Expect(hear(ctx, m, ask).Err).NotTo(HaveOccurred())
	}, SpecTimeout(20*time.Second))

	It("does not count the time that the reader takes", func(ctx SpecContext) {
		m := endpoint(model.Config{IdleTimeout: 500 * time.Millisecond}, streaming(says("a"), says("b"), ends("stop"), done))
		var text strings.Builder
		for piece, err := range m.Reply(ctx, ask) {
			Expect(err).NotTo(HaveOccurred())
			if words, ok := piece.(agent.Text); ok {
				text.WriteString(string(words))
				<-time.After(600 * time.Millisecond) // the reader is slow, the endpoint is not
			}
		}
		Expect(text.String()).To(Equal("ab"))
	}, SpecTimeout(20*time.Second))
})

var _ = Describe("A reader", func() {
	It("that has heard enough ends the request", func(ctx SpecContext) {
		gone := make(chan struct{})
		m := endpoint(model.Config{}, func(w http.ResponseWriter, r *http.Request) {
			defer close(gone)
			streaming(says("Hello"))(w, r)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		for _, err := range m.Reply(ctx, ask) {
			Expect(err).NotTo(HaveOccurred())
			break
		}
		Eventually(ctx, gone).Should(BeClosed())
	}, SpecTimeout(10*time.Second))

	It("that is slow slows the endpoint down", func(ctx SpecContext) {
		const chunks = 20_000
		var written atomic.Int64
		m := endpoint(model.Config{}, func(w http.ResponseWriter, r *http.Request) {
			padding := strings.Repeat(" ", 2000)
			for range chunks {
				if _, err := fmt.Fprintf(w, "%s%s\n\n", says("x"), padding); err != nil {
					return
				}
				written.Add(1)
			}
			streaming(ends("stop"), done)(w, r)
		})
		pieces := 0
		for _, err := range m.Reply(ctx, ask) {
			Expect(err).NotTo(HaveOccurred())
			if pieces++; pieces == 1 {
				Consistently(ctx, written.Load).WithTimeout(300 * time.Millisecond).Should(BeNumerically("<", chunks))
			}
		}
		Expect(pieces).To(Equal(chunks + 1))
	}, SpecTimeout(60*time.Second))

	It("gets the next reply over the same connection", func(ctx SpecContext) {
		m := endpoint(model.Config{}, streaming(says("Hello"), ends("stop"), done))
		var reused []bool
		traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
			reused = append(reused, info.Reused)
		}})
		for range 3 {
			Expect(hear(traced, m, ask).Err).NotTo(HaveOccurred())
		}
		Expect(reused).To(Equal([]bool{false, true, true}))
	}, SpecTimeout(10*time.Second))
})
