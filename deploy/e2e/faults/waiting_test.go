package faults_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

const whichOne = `{"inputs":[{"id":"which","question":"Which one?","type":"multiple_choice","options":[{"value":"a"},{"value":"b"}]}]}`

// answer answers the question that the page shows last.
func (p *person) answer(ctx context.Context, t *talk, value string) {
	GinkgoHelper()
	question := t.thread.Items[len(t.thread.Items)-1]
	Expect(question).To(And(HaveKeyWithValue("type", "structured_input"), HaveKeyWithValue("status", "pending")))
	delete(t.done, question["id"].(string)) // it is to be another
	p.request(ctx, t, &said{}, "threads.add_structured_input", wire.Object{"thread_id": t.id, "item_id": question["id"],
		"input": wire.Object{"status": "answered", "answers": wire.Object{"which": wire.Object{"values": []string{value}}}}}, moves{})
}

var _ = Describe("A turn that waits for its page", func() {
	var (
		w    *world
		t    *talk
		p    *person
		gate string
	)

	// begin begins a turn that asks, and that waits behind the answer for a gate when the middle of its reply is reached.
	begin := func(ctx context.Context, name string) {
		w, t = newWorld(), &talk{user: newUser(name)}
		p, gate = w.newPerson(t.user, 1), t.user
		script(p, scripted.CallTool("ask_person", whichOne),
			scripted.Reply{Chunks: []scripted.Chunk{{Text: "You "}, {Gate: gate, Text: "chose."}}}, scripted.Say("You ", "chose."))
		p.send(ctx, t, moves{})
		Expect(rows(ctx, `SELECT run_id FROM turn_leases WHERE user_id = $1`, p.name)).To(BeEmpty(), "it holds no lease")
		expectWhole(ctx, w, t)
	}
	chose := func(ctx context.Context) {
		GinkgoHelper()
		expectWhole(ctx, w, t)
		Expect(textsOf(t.thread.Items)).To(Equal([]string{"You chose."}))
		Expect(rows(ctx, `SELECT result ->> 'status' FROM tool_calls WHERE user_id = $1`, p.name)).To(Equal([]string{"answered"}))
	}

	It("goes on though every chatcore was killed while it waited", func(ctx SpecContext) {
		begin(ctx, "wanda")
		for _, replica := range system.Chatcores {
			replica.Kill()
		}
		for _, replica := range system.Chatcores {
			Expect(replica.Start()).To(Succeed())
			Expect(replica.Ready(ctx)).To(Succeed())
		}
		model.Open(gate)
		p.answer(ctx, t, "b")
		chose(ctx)
	})

	It("goes on at another chatcore when its own is killed right after the answer", func(ctx SpecContext) {
		begin(ctx, "wim")
		done := background(func() { p.answer(ctx, t, "a") })
		Eventually(ctx, func() int { return model.Waiting(gate) }).WithTimeout(settle).Should(Equal(1))
		owner := ownerOf(ctx, p.name)
		restarted(ctx, owner)
		owner.Kill()
		model.Open(gate)
		Eventually(ctx, done).WithTimeout(settle).Should(BeClosed())
		chose(ctx)
	})

	It("is answered once though its page was cut off and sent the answer again", func(ctx SpecContext) {
		begin(ctx, "willa")
		done := background(func() { p.answer(ctx, t, "a") })
		Eventually(ctx, func() int { return model.Waiting(gate) }).WithTimeout(settle).Should(Equal(1))
		Expect(system.Pages.Cut()).To(Succeed())
		model.Open(gate)
		Eventually(ctx, done).WithTimeout(settle).Should(BeClosed())
		Expect(w.counts["requests sent again"]).To(BeNumerically(">", 0))
		Eventually(ctx, checkStored).WithTimeout(settle).Should(BeEmpty())
		Expect(rows(ctx, `SELECT content FROM messages WHERE user_id = $1 AND role = 'assistant'`, p.name)).To(Equal([]string{"You chose."}))
		Expect(rows(ctx, `SELECT result #>> '{answers,which,values,0}' FROM tool_calls WHERE user_id = $1`, p.name)).To(Equal([]string{"a"}))
	})
})
