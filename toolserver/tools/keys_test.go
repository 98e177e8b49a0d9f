package tools_test

import (
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/toolserver/tasks"
)

var _ = Describe("A call's key", func() {
	var alice *client

	BeforeEach(func(ctx SpecContext) { alice = connect(ctx, newStore(), newUser()) })

	It("makes every tool that changes something act once", func(ctx SpecContext) {
		added := alice.keyed(ctx, "add_task", `{"title":"Buy milk"}`, "add")
		Expect(alice.keyed(ctx, "add_task", `{"title":"Buy milk"}`, "add")).To(Equal(added))
		Expect(alice.list(ctx).Total).To(Equal(1))

		id := object{"task_id": read[tasks.Task](added).ID}
		turned := alice.keyed(ctx, "complete_task", id.JSON(), "turn")
		Expect(alice.keyed(ctx, "complete_task", id.JSON(), "turn")).To(Equal(turned))
		Expect(alice.list(ctx).Completed).To(Equal(1))

		rename := object{"task_id": id["task_id"], "title": "Buy tea"}.JSON()
		renamed := alice.keyed(ctx, "update_task", rename, "rename")
		alice.call(ctx, "update_task", object{"task_id": id["task_id"], "title": "Buy rye"}.JSON())
		Expect(alice.keyed(ctx, "update_task", rename, "rename")).To(Equal(renamed))
		Expect(alice.list(ctx).Tasks[0].Title).To(Equal("Buy rye"))

		deleted := alice.keyed(ctx, "delete_task", id.JSON(), "delete")
		Expect(alice.keyed(ctx, "delete_task", id.JSON(), "delete")).To(Equal(deleted))
		Expect(deleted.Failed).To(BeFalse())
	})

	It("holds across spellings of the same arguments", func(ctx SpecContext) {
		first := alice.keyed(ctx, "add_task", `{"title":"Äpfel","description":"two"}`, "k")
		again := alice.keyed(ctx, "add_task", "{ \"description\":\"t\\u0077o\",\n\"title\":\"\\u00c4pfel\" }", "k")
		Expect(again).To(Equal(first))
		Expect(alice.list(ctx).Total).To(Equal(1))
	})

	It("is refused with another tool or other arguments", func(ctx SpecContext) {
		task := read[tasks.Task](alice.keyed(ctx, "add_task", `{"title":"Buy milk"}`, "k"))
		Expect(failure(alice.keyed(ctx, "add_task", `{"title":"Buy tea"}`, "k")).Code).To(Equal(tasks.CodeKeyReused))
		Expect(failure(alice.keyed(ctx, "delete_task", object{"task_id": task.ID}.JSON(), "k")).Code).To(Equal(tasks.CodeKeyReused))
		Expect(alice.list(ctx).Tasks).To(Equal([]tasks.Task{task}))
	})

	It("is for one user only", func(ctx SpecContext) {
		alice.keyed(ctx, "add_task", `{"title":"Hers"}`, "k")
		bob := connect(ctx, newStore(), newUser())
		Expect(read[tasks.Task](bob.keyed(ctx, "add_task", `{"title":"His"}`, "k")).Title).To(Equal("His"))
		Expect(alice.list(ctx).Total).To(Equal(1))
	})

	It("lets one of many repeats act that come at the same time, through several replicas", func(ctx SpecContext) {
		user := newUser()
		replicas := []*client{connect(ctx, newStore(), user), connect(ctx, newStore(), user)}
		replies, wait := make([]reply, 8), sync.WaitGroup{}
		for i := range replies {
			wait.Go(func() {
				defer GinkgoRecover()
				replies[i] = replicas[i%2].keyed(ctx, "add_task", `{"title":"Only once"}`, "k")
			})
		}
		wait.Wait()
		Expect(replies[0].Failed).To(BeFalse())
		Expect(replies).To(HaveEach(Equal(replies[0])))
		Expect(replicas[0].list(ctx).Total).To(Equal(1))
	})

	It("means nothing to a tool that only reads", func(ctx SpecContext) {
		before := alice.keyed(ctx, "list_tasks", `{}`, "k")
		alice.add(ctx, "Buy milk")
		after := alice.keyed(ctx, "list_tasks", `{}`, "k")
		Expect(after).NotTo(Equal(before))
		Expect(alice.keyed(ctx, "add_task", `{"title":"x"}`, "k").Failed).To(BeFalse())
	})

	It("is not needed: a call without one just acts", func(ctx SpecContext) {
		Expect(alice.add(ctx, "x").ID).NotTo(Equal(alice.add(ctx, "x").ID))
	})

	DescribeTable("is refused when it cannot be kept", func(ctx SpecContext, key any) {
		f := failure(alice.keyed(ctx, "add_task", `{"title":"x"}`, key))
		Expect(f.Code).To(Equal(tasks.CodeInvalid))
		Expect(f.Field).To(Equal("taskpilot/call_key"))
		Expect(alice.list(ctx).Total).To(BeZero())
	},
		Entry("empty", ""),
		Entry("too long", strings.Repeat("k", 201)),
		Entry("no text", 5),
		Entry("with U+0000", "a\x00"),
	)
})
