package tasks_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/ownerdb"
	"taskpilot/toolserver/tasks"
)

func aCall(key, tool, arguments string) tasks.Call {
	GinkgoHelper()
	call, err := tasks.NewCall("key", key, tool, []byte(arguments))
	Expect(err).NotTo(HaveOccurred())
	return call
}

var _ = Describe("A call with a key", func() {
	var (
		d    *desk
		task tasks.Task
	)

	BeforeEach(func(ctx SpecContext) {
		d = newDesk()
		task = d.add(ctx, "Turn <me> & mine over \u2028")
	})

	turn := func(ctx context.Context, book *tasks.Book) (any, error) { return book.Complete(ctx, task.ID, nil) }
	completed := func(ctx context.Context) bool { return d.list(ctx, tasks.All).Tasks[0].Completed }

	It("acts once, and its repeat gets the same bytes, also later and from another process", func(ctx SpecContext) {
		call := aCall("run/1/0", "complete_task", `{"task_id":1}`)
		first, err := d.store.Once(ctx, d.user, call, turn)
		Expect(err).NotTo(HaveOccurred())
		d.clock.Advance(time.Hour)
		Expect(string(first)).To(ContainSubstring("Turn <me> & mine over"))
		_, err = d.update(ctx, task.ID, tasks.Change{Title: ptr(aTitle("Something else"))})
		Expect(err).NotTo(HaveOccurred())

		elsewhere := tasks.NewStore(openDatabase(), &fixedIDs{}, d.clock.Now)
		Expect(elsewhere.Once(ctx, d.user, call, turn)).To(Equal(first))
		Expect(completed(ctx)).To(BeTrue())
	})

	It("is forgotten a month later, with the next one, and nobody else's is", func(ctx SpecContext) {
		other := d.of(newUser())
		for _, who := range []*desk{d, other} {
			_, err := who.store.Once(ctx, who.user, aCall("old", "add_task", `{}`), func(context.Context, *tasks.Book) (any, error) { return 1, nil })
			Expect(err).NotTo(HaveOccurred())
		}
		keys := func(who *desk) (keys []string) {
			GinkgoHelper()
			Expect(d.db.As(ctx, who.user, func(tx *ownerdb.Tx) error {
				return tx.Select(ctx, &keys, `SELECT call_key FROM tool_effects ORDER BY call_key`)
			})).To(Succeed())
			return keys
		}
		for _, later := range []time.Duration{29 * 24 * time.Hour, 2 * 24 * time.Hour} {
			d.clock.Advance(later)
			_, err := d.store.Once(ctx, d.user, aCall("new "+later.String(), "complete_task", `{}`), turn)
			Expect(err).NotTo(HaveOccurred())
			if later > 3*24*time.Hour {
				Expect(keys(d)).To(ContainElement("old"))
			}
		}
		Expect(keys(d)).NotTo(ContainElement("old"))
		Expect(keys(d)).To(HaveLen(2))
		Expect(keys(other)).To(Equal([]string{"old"}))
	})

	It("is refused for another tool or other arguments, and changes nothing", func(ctx SpecContext) {
		_, err := d.store.Once(ctx, d.user, aCall("k", "complete_task", `{"task_id":1}`), turn)
		Expect(err).NotTo(HaveOccurred())
		for _, other := range []tasks.Call{
			aCall("k", "complete_task", `{"task_id":2}`),
			aCall("k", "delete_task", `{"task_id":1}`),
			aCall("k", "complete_task{", `"task_id":1}`),
		} {
			_, err = d.store.Once(ctx, d.user, other, turn)
			Expect(err).To(failWith(tasks.CodeKeyReused))
		}
		Expect(completed(ctx)).To(BeTrue())
	})

	It("stays failed once it failed, so that a late twin cannot act after all", func(ctx SpecContext) {
		call, want := aCall("k", "complete_task", `{}`), task.ID+1
		late := func(ctx context.Context, book *tasks.Book) (any, error) { return book.Complete(ctx, want, nil) }
		_, first := d.store.Once(ctx, d.user, call, late)
		Expect(first).To(failWith(tasks.CodeNotFound))
		d.store = tasks.NewStore(d.db, &fixedIDs{want}, d.clock.Now)
		d.add(ctx, "Now it is there")
		_, second := d.store.Once(ctx, d.user, call, late)
		Expect(second).To(Equal(first))
		Expect(d.list(ctx, tasks.Completed).Tasks).To(BeEmpty())
	})

	It("acts once when its repeats come at the same time", func(ctx SpecContext) {
		const twins = 8
		answers, wait := make([]json.RawMessage, twins), sync.WaitGroup{}
		call := aCall("k", "add_task", `{}`)
		for i := range twins {
			wait.Go(func() {
				defer GinkgoRecover()
				var err error
				answers[i], err = d.store.Once(ctx, d.user, call, func(ctx context.Context, book *tasks.Book) (any, error) {
					return book.Add(ctx, aTitle("Only once"), tasks.Description{})
				})
				Expect(err).NotTo(HaveOccurred())
			})
		}
		wait.Wait()
		Expect(answers).To(HaveEach(Equal(answers[0])))
		Expect(d.list(ctx, tasks.All).Total).To(Equal(2))
	})

	It("turns a task over once when its repeat comes while it acts", func(ctx SpecContext) {
		call, acting, goOn := aCall("k", "complete_task", `{}`), make(chan struct{}), make(chan struct{})
		var once sync.Once
		slowly := func(ctx context.Context, book *tasks.Book) (any, error) {
			answer, err := book.Complete(ctx, task.ID, nil)
			once.Do(func() { close(acting); <-goOn })
			return answer, err
		}
		answers := make(chan json.RawMessage, 2)
		call2 := func() {
			defer GinkgoRecover()
			answer, err := d.store.Once(ctx, d.user, call, slowly)
			Expect(err).NotTo(HaveOccurred())
			answers <- answer
		}
		go call2()
		Eventually(ctx, acting).Should(BeClosed())
		go call2()
		close(goOn)
		var first, second json.RawMessage
		Eventually(ctx, answers).Should(Receive(&first))
		Eventually(ctx, answers).Should(Receive(&second))
		Expect(second).To(Equal(first))
		Expect(completed(ctx)).To(BeTrue())
	})

	It("leaves neither effect nor key when something broke, and can be made again", func(ctx SpecContext) {
		call, broken := aCall("k", "complete_task", `{}`), errors.New("the lights went out")
		_, err := d.store.Once(ctx, d.user, call, func(ctx context.Context, book *tasks.Book) (any, error) {
			_, err := book.Complete(ctx, task.ID, nil)
			Expect(err).NotTo(HaveOccurred())
			return nil, broken
		})
		Expect(err).To(MatchError(broken))
		Expect(completed(ctx)).To(BeFalse())
		_, err = d.store.Once(ctx, d.user, call, turn)
		Expect(err).NotTo(HaveOccurred())
		Expect(completed(ctx)).To(BeTrue())
	})

	DescribeTable("is refused with a key that cannot be stored", func(key string) {
		_, err := tasks.NewCall("key", key, "add_task", nil)
		Expect(err).To(failWith(tasks.CodeInvalid))
	},
		Entry("when it is empty", ""),
		Entry("when it has 201 characters", strings.Repeat("ä", 201)),
		Entry("when it has a U+0000", "a\x00"),
		Entry("when it is not UTF-8", "\xff"),
	)
})
