package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

// A process that is stopped (SIGSTOP) is what a network that has gone silent looks like from outside: connections stay,
// and nothing comes.
var _ = Describe("An outage", Ordered, func() {
	var (
		at    *stack.Stack
		model *scripted.Endpoint
	)
	BeforeAll(func(ctx SpecContext) {
		if os.Getenv("SPECS") != "all" {
			Skip("outages take four minutes: SPECS=all, as CI has it, runs them")
		}
		at, model = scriptedStack(ctx, "TURN_LEASE=1s", "AGENT_MAX_TIME=20s")
	})
	signal := func(signal syscall.Signal, pids ...int) {
		GinkgoHelper()
		for _, pid := range pids {
			_ = syscall.Kill(pid, signal) // one of Postgres's own may be gone already
		}
	}
	silence := func(pids ...int) (back func()) {
		GinkgoHelper()
		signal(syscall.SIGSTOP, pids...)
		over := false
		back = func() {
			if !over {
				signal(syscall.SIGCONT, pids...)
			}
			over = true
		}
		DeferCleanup(back)
		return back
	}
	// turn says something in the background, to be looked at while it runs.
	turn := func(ctx SpecContext, page wire.Page, text string) chan []wire.Object {
		done := make(chan []wire.Object, 1)
		go func() {
			defer GinkgoRecover()
			events, err := page.Stream(ctx, "threads.create", wire.Say("", text))
			Expect(err).NotTo(HaveOccurred())
			done <- events
		}()
		return done
	}
	folded := func(events []wire.Object) *wire.Thread {
		GinkgoHelper()
		thread := &wire.Thread{}
		Expect(thread.Fold(events)).To(Succeed())
		return thread
	}

	It("of Postgres for half a minute loses nothing of a turn at work", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "patience"}, Replies: []scripted.Reply{
			{Chunks: []scripted.Chunk{{Text: "I am "}, {Text: "still here.", Gate: "patience"}}}}})
		page := pageAt(ctx, at, newUser("pat"))
		done := turn(ctx, page, "patience")
		Eventually(ctx, func() int { return model.Waiting("patience") }).Should(Equal(1))
		back := silence(family(at.Postgres.PID)...)
		model.Open("patience")
		Consistently(ctx, done).WithTimeout(30 * time.Second).ShouldNot(Receive())
		back()
		var events []wire.Object
		Eventually(ctx, done).WithTimeout(2 * time.Minute).Should(Receive(&events))
		thread := folded(events)
		Expect(typesOf(events)).NotTo(ContainElement("error"))
		Expect(textsOf(thread.Items)).To(Equal([]string{"I am still here."}))
		Expect(history(ctx, page, thread.Meta["id"].(string), 20)).To(Equal(thread.Items))
	}, SpecTimeout(4*time.Minute))

	It("of Postgres for longer than a turn waits is said, and the turn ends in order when it is back", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "forever"}, Replies: []scripted.Reply{
			{Chunks: []scripted.Chunk{{Text: "I am "}, {Text: "still here.", Gate: "forever"}}}, {Chunks: []scripted.Chunk{{Text: "I am back."}}}}})
		page := pageAt(ctx, at, newUser("pat"))
		done := turn(ctx, page, "forever")
		Eventually(ctx, func() int { return model.Waiting("forever") }).Should(Equal(1))
		back := silence(family(at.Postgres.PID)...)
		model.Open("forever")
		var events []wire.Object
		Eventually(ctx, done).WithTimeout(4 * time.Minute).Should(Receive(&events))
		Expect(events[len(events)-1]).To(And(HaveKeyWithValue("type", "error"), HaveKeyWithValue("allow_retry", true),
			HaveKeyWithValue("message", ContainSubstring("may still come"))))
		thread := &wire.Thread{}
		Expect(thread.Fold(events)).To(Succeed())
		back()
		Eventually(ctx, func() []string { return textsOf(history(ctx, page, thread.Meta["id"].(string), 20)) }).
			WithTimeout(time.Minute).Should(Equal([]string{"I am back."}))
	}, SpecTimeout(6*time.Minute))

	It("of toolserver ends in a sentence, and in no second effect when it is back", func(ctx SpecContext) {
		user := newUser("pat")
		page := pageAt(ctx, at, user)
		folded(<-turn(ctx, page, "hello")) // the list of tools is known
		back := silence(at.Toolserver.PID)
		done := turn(ctx, page, "Add a task to wait for the bus")
		var events []wire.Object
		Eventually(ctx, done).WithTimeout(2 * time.Minute).Should(Receive(&events))
		texts := strings.Join(textsOf(folded(events).Items), "\n")
		Expect(texts).To(ContainSubstring("can't be reached right now"))
		back()
		connected := connectTo(ctx, at)
		Consistently(ctx, func() (n int) {
			Expect(connected.GetContext(ctx, &n, `SELECT count(*) FROM tasks WHERE user_id = $1`, user)).To(Succeed())
			return n
		}).WithTimeout(3 * time.Second).Should(BeNumerically("<=", 1))
	}, SpecTimeout(4*time.Minute))

	It("of the model ends in a sentence and may be tried again", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "anybody there"}, Replies: []scripted.Reply{{Gate: "never"}}})
		page := pageAt(ctx, at, newUser("pat"))
		var events []wire.Object
		Eventually(ctx, turn(ctx, page, "anybody there")).WithTimeout(2 * time.Minute).Should(Receive(&events))
		Expect(textsOf(folded(events).Items)).To(Equal([]string{"This took too long, so I stopped here. Please try again."}))
		Expect(events[len(events)-1]).To(And(HaveKeyWithValue("type", "error"), HaveKeyWithValue("allow_retry", true)))
	}, SpecTimeout(3*time.Minute))

	It("of chatcore is one polite error, and the next message is answered", func(ctx SpecContext) {
		page := pageAt(ctx, at, newUser("pat"))
		Expect(at.Read()).To(Succeed())
		back := silence(at.Chatcore.PID)
		done := turn(ctx, page, "hello")
		var events []wire.Object
		Eventually(ctx, done).WithTimeout(2 * time.Minute).Should(Receive(&events))
		Expect(events).To(HaveExactElements(And(HaveKeyWithValue("type", "error"), HaveKeyWithValue("allow_retry", true))))
		back()
		Expect(textsOf(folded(<-turn(ctx, page, "hello again")).Items)).NotTo(BeEmpty())
	}, SpecTimeout(4*time.Minute))
})

// family is a process and its children: Postgres has one for each connection.
func family(pid int) []int {
	GinkgoHelper()
	pids := []int{pid}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		out, _ := exec.Command("pgrep", "-P", fmt.Sprint(pid)).Output() // where /proc does not tell
		children = out
	}
	for _, field := range strings.Fields(string(children)) {
		var child int
		_, err := fmt.Sscan(field, &child)
		Expect(err).NotTo(HaveOccurred())
		pids = append(pids, child)
	}
	Expect(len(pids)).To(BeNumerically(">", 1))
	return pids
}
