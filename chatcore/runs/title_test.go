package runs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
)

// wording is a model that words titles when it is told to.
type wording struct {
	asked atomic.Int64
	come  chan string // an empty one is a failure
}

func (w *wording) Title(ctx context.Context, said string) (string, error) {
	w.asked.Add(1)
	select {
	case title := <-w.come:
		if title == "" {
			return "", errors.New("no title")
		}
		return title + " of " + said, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

var _ = Describe("A title that a model words", func() {
	var (
		s     *memory
		words *wording
		wait  time.Duration
	)

	BeforeEach(func() {
		s, words, wait = newMemory(), &wording{come: make(chan string, 1)}, time.Minute
	})

	replica := func(a agentFunc) *runs.Manager {
		own := config
		own.Titles, own.TitleWait = words, wait
		m := runs.NewManager(s, a, own, discard())
		DeferCleanup(func() {
			over, cancel := context.WithCancel(context.Background())
			cancel()
			m.Close(over)
		})
		return m
	}
	// titles are what a stream says of the title, in order.
	titles := func(events []api.Event) (told []string) {
		for _, event := range events {
			if body, ok := event.Body.(api.ConversationUpdated); ok {
				told = append(told, body.Conversation.Title)
			}
		}
		return told
	}

	It("is told before the turn's end, to whoever follows, from any event on, here and elsewhere", func(ctx SpecContext) {
		words.come <- "Story"
		m := replica(acts)
		run := start(ctx, m)
		whole := read(ctx, m, run, runs.Beginning)
		Expect(titles(whole)).To(Equal([]string{"Hello", "Story of Hello"}))
		Expect(whole[1].ID).To(Equal("0.7.0.0"))
		Expect(whole[len(whole)-2].ID).To(Equal("2.7.1.0"))
		Expect(words.asked.Load()).To(BeEquivalentTo(1))
		Eventually(ctx, m.AtWork).Should(BeZero())
		for i, event := range whole[:len(whole)-1] {
			at, err := api.ParsePosition(event.ID)
			Expect(err).NotTo(HaveOccurred())
			seen := append([]api.Event{}, whole[:i+1]...)
			Expect(retold(append(seen, read(ctx, newManager(s, nil), run, at)...))).To(Equal(retold(whole)), "behind %s", event.ID)
		}
	})

	It("that comes too late keeps nobody waiting, and is found by whoever comes later", func(ctx SpecContext) {
		wait = time.Millisecond
		m := replica(speaks)
		run := start(ctx, m)
		Expect(titles(read(ctx, m, run, runs.Beginning))).To(Equal([]string{"Hello"}))
		words.come <- "Story"
		Eventually(ctx, func() []string { return titles(read(ctx, newManager(s, nil), run, runs.Beginning)) }).Should(Equal([]string{"Hello", "Story of Hello"}))
	})

	It("is asked for beside the answer, and a turn without words waits for nothing", func(ctx SpecContext) {
		m := replica(func(ctx context.Context, _ agent.Turn, _ agent.Journal) agent.Ending {
			for words.asked.Load() == 0 {
				time.Sleep(time.Millisecond)
			}
			return agent.Broken(errors.New("no model"))
		})
		Expect(titles(read(ctx, m, start(ctx, m), runs.Beginning))).To(Equal([]string{"Hello"}))
	})

	It("is not asked for where nothing was said", func(ctx SpecContext) {
		wordless := request
		wordless.Content = ""
		m := replica(speaks)
		run, err := m.Start(ctx, wordless)
		Expect(err).NotTo(HaveOccurred())
		Expect(titles(read(ctx, m, run, runs.Beginning))).To(Equal([]string{"Hello"}))
		Expect(words.asked.Load()).To(BeZero())
	})

	DescribeTable("that is none leaves the first one",
		func(ctx SpecContext, spoil func()) {
			spoil()
			m := replica(speaks)
			Expect(titles(read(ctx, m, start(ctx, m), runs.Beginning))).To(Equal([]string{"Hello"}))
			Expect(words.asked.Load()).To(BeEquivalentTo(1), "it is asked for once")
		},
		Entry("when the model has none", func() { words.come <- "" }),
		Entry("when it can't be stored", func() { words.come <- "Story"; s.failing["Retitle"] = -1 }),
	)

	It("is not waited for when somebody stops the turn", func(ctx SpecContext) {
		saying := make(chan struct{})
		m := replica(stalls(saying))
		run := start(ctx, m)
		<-saying
		Expect(m.Stop(ctx, "alice", run)).To(Succeed())
		Expect(last(read(ctx, m, run, runs.Beginning))).To(BeAssignableToTypeOf(api.RunFailed{}))
	})

	It("does not keep a replica that goes down", func(ctx SpecContext) {
		m := replica(speaks)
		start(ctx, m)
		Eventually(ctx, words.asked.Load).Should(BeEquivalentTo(1))
		over, cancel := context.WithCancel(ctx)
		cancel()
		m.Close(over) // it waits for all that the replica began, and the title never comes
		Expect(m.AtWork()).To(BeZero())
	})
})

var _ = Describe("A conversation that is locked while a turn is at work", func() {
	It("is told of at the turn's end", func(ctx SpecContext) {
		s := newMemory()
		m := newManager(s, func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			s.locked(func() {
				s.turn.Conversation.Status, s.turn.Conversation.StatusReason = api.ConversationLocked, "Be kind."
			})
			return speaks(ctx, turn, journal)
		})
		run := start(ctx, m)
		events := read(ctx, m, run, runs.Beginning)
		told := events[len(events)-2].Body.(api.ConversationUpdated).Conversation
		Expect(told).To(And(HaveField("Status", "locked"), HaveField("StatusReason", "Be kind.")))
		Eventually(ctx, m.AtWork).Should(BeZero())
		late := read(ctx, newManager(s, nil), run, runs.Beginning)
		Expect(types(late)).To(Equal(types(events)))
	})
})
