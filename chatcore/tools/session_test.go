package tools_test

import (
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/tools"
)

// startAt serves at an address that was free a moment ago.
func (s *server) startAt(address string) {
	GinkgoHelper()
	var listener net.Listener
	Eventually(func() (err error) {
		listener, err = net.Listen("tcp", address)
		return err
	}).Should(Succeed())
	real := &http.Server{Handler: s, ReadHeaderTimeout: time.Second}
	go func() { _ = real.Serve(listener) }()
	DeferCleanup(real.Close)
}

var _ = Describe("The session", func() {
	var there *server
	var box *tools.Tools
	BeforeEach(func() {
		there = newServer(nil).start()
		box = client(tools.Config{URL: there.URL, RetryFor: time.Second})
	})

	// refuse answers 401 to one user.
	refuse := func(user string, code int) {
		there.hurt(func(w http.ResponseWriter, r *http.Request, note received) bool {
			if !strings.HasPrefix(note.Token, "secret-"+user) {
				return false
			}
			status(code)(w, r)
			return true
		})
	}

	It("is made at the first need, once for all", func(ctx SpecContext) {
		Expect(there.notes("server/discover")).To(BeEmpty())
		for _, caller := range []agent.Caller{alice, bob, alice} {
			_, err := box.Call(ctx, caller, add(caller.UserID, "Milk"))
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(there.notes("server/discover")).To(HaveLen(1))
	})

	DescribeTable("is not hurt by one user's refused token",
		func(ctx SpecContext, code int) {
			result := make(chan agent.Outcome, 1)
			go func() {
				defer GinkgoRecover()
				outcome, err := box.Call(ctx, bob, agent.ToolRequest{Key: "b", Tool: "wait"})
				Expect(err).NotTo(HaveOccurred())
				result <- outcome
			}()
			Eventually(ctx, func() []received { return there.notes("tools/call") }).Should(HaveLen(1))
			refuse("alice", code)
			_, err := box.Call(ctx, alice, add("a", "Milk"))
			Expect(err).To(MatchError(agent.ErrUnreachable))

			_, err = box.Call(ctx, bob, add("b2", "Milk"))
			Expect(err).NotTo(HaveOccurred())
			close(there.wait)
			Eventually(ctx, result).Should(Receive(HaveField("Failed", false)))
			Expect(there.notes("server/discover")).To(HaveLen(1), "it is the same session")
			waits := 0
			for _, call := range there.notes("tools/call") {
				if call.Tool == "wait" {
					waits++
				}
			}
			Expect(waits).To(Equal(1), "the call at work was not sent again")
		},
		Entry("with 401", 401, SpecTimeout(20*time.Second)),
		Entry("with 403", 403, SpecTimeout(20*time.Second)),
		Entry("with another refusal", 404, SpecTimeout(20*time.Second)),
	)

	It("is made by the next caller when the first one's token is refused", func(ctx SpecContext) {
		refuse("alice", 401)
		first := make(chan error, 1)
		go func() {
			_, err := box.Call(ctx, alice, add("a", "Milk"))
			first <- err
		}()
		_, err := box.Call(ctx, bob, add("b", "Milk"))
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, first).Should(Receive(MatchError(agent.ErrUnreachable)))
	}, SpecTimeout(20*time.Second))

	It("keeps to the newer protocol when its first handshake fails", func(ctx SpecContext) {
		var seen atomic.Int64
		there.hurt(func(w http.ResponseWriter, r *http.Request, _ received) bool {
			if seen.Add(1) > 1 {
				return false
			}
			status(503)(w, r)
			return true
		})
		_, err := box.Call(ctx, alice, add("a", "Milk"))
		Expect(err).NotTo(HaveOccurred())
		Expect(there.notes("initialize")).To(BeEmpty())
	})

	It("is as old as the server", func(ctx SpecContext) {
		there.hurt(func(w http.ResponseWriter, r *http.Request, note received) bool {
			if note.Method == "server/discover" {
				status(400)(w, r)
			}
			return note.Method == "server/discover"
		})
		_, err := box.Call(ctx, alice, add("a", "Milk"))
		Expect(err).NotTo(HaveOccurred())
		Expect(there.notes("initialize")).To(HaveLen(1))
	})

	It("is replaced when a server with sessions forgot it", func(ctx SpecContext) {
		older := newServer(&mcp.StreamableHTTPOptions{}).start()
		box := client(tools.Config{URL: older.URL})
		_, err := box.Call(ctx, alice, add("a", "Milk"))
		Expect(err).NotTo(HaveOccurred())
		for session := range older.mcp.Sessions() {
			Expect(session.Close()).To(Succeed())
		}
		_, err = box.Call(ctx, alice, add("b", "Eggs"))
		Expect(err).NotTo(HaveOccurred())
		Expect(older.notes("initialize")).To(HaveLen(2))
		Expect(older.acted()).To(Equal(2))
	})

	It("survives a server that is replaced", func(ctx SpecContext) {
		_, err := box.Call(ctx, alice, add("a", "Milk"))
		Expect(err).NotTo(HaveOccurred())
		address := strings.TrimSuffix(strings.TrimPrefix(there.URL, "http://"), "/mcp")
		there.stop()
		again := newServer(nil)
		again.startAt(address)
		_, err = box.Call(ctx, alice, add("b", "Eggs"))
		Expect(err).NotTo(HaveOccurred())
		Expect(again.acted()).To(Equal(1))
	})

	It("ends with Close, after the calls at work", func(ctx SpecContext) {
		result := make(chan error, 1)
		go func() {
			_, err := box.Call(ctx, bob, agent.ToolRequest{Key: "b", Tool: "wait"})
			result <- err
		}()
		Eventually(ctx, func() []received { return there.notes("tools/call") }).Should(HaveLen(1))
		closed := make(chan error, 1)
		go func() { closed <- box.Close() }()
		Consistently(ctx, closed).WithTimeout(100 * time.Millisecond).ShouldNot(Receive())
		close(there.wait)
		Eventually(ctx, closed).Should(Receive(BeNil()))
		Eventually(ctx, result).Should(Receive(BeNil()))
		_, err := box.Call(ctx, alice, add("a", "Milk"))
		Expect(err).To(MatchError(agent.ErrUnreachable))
		Expect(box.Close()).To(Succeed())
	}, SpecTimeout(20*time.Second))
})
