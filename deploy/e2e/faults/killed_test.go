package faults_test

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/faults"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

var _ = Describe("A chatcore that is killed", func() {
	It("in the middle of a text: another one begins the reply anew, and the page sees it to its end", func(ctx SpecContext) {
		w, t := newWorld(), &talk{user: newUser("kay")}
		p := w.newPerson(t.user, 1)
		gate := t.user
		script(p, scripted.Reply{Chunks: []scripted.Chunk{{Text: "This will "}, {Text: "never "}, {Gate: gate, Text: "be seen."}}},
			scripted.Say("It began ", "anew."))
		done := background(func() { p.send(ctx, t, moves{}) })
		Eventually(ctx, func() int { return model.Waiting(gate) }).WithTimeout(settle).Should(Equal(1))
		owner := ownerOf(ctx, p.name)
		restarted(ctx, owner)
		owner.Kill()
		Eventually(ctx, done).WithTimeout(settle).Should(BeClosed())

		expectWhole(ctx, w, t)
		Expect(textsOf(t.thread.Items)).To(Equal([]string{"It began anew."}))
	})

	It("in the middle of a call: another one sends it again, and it acts once", func(ctx SpecContext) {
		w, t := newWorld(), &talk{user: newUser("cal")}
		p := w.newPerson(t.user, 1)
		title := "Once, for " + p.name
		done := callInSilence(ctx, p, t, fmt.Sprintf(`{"title": %q}`, title))
		effects := func() []string { return rows(ctx, `SELECT call_key FROM tool_effects WHERE user_id = $1`, p.name) }
		Eventually(ctx, effects).WithTimeout(settle).Should(HaveLen(1), "the tool acts, and nobody hears of it")
		owner := ownerOf(ctx, p.name)
		restarted(ctx, owner)
		owner.Kill()
		system.Tools.Heal(ctx)
		Eventually(ctx, done).WithTimeout(settle).Should(BeClosed())

		expectWhole(ctx, w, t)
		Expect(effects()).To(HaveLen(1))
		Expect(rows(ctx, `SELECT title FROM tasks WHERE user_id = $1`, p.name)).To(Equal([]string{title}))
		Expect(textsOf(t.thread.Items)).To(Equal([]string{"✓ Task created: " + title, "Added."}))
	})
})

var _ = Describe("A toolserver that is killed between what it did and its answer", func() {
	It("acts once: the call is sent again with its key", func(ctx SpecContext) {
		w, t := newWorld(), &talk{user: newUser("tom")}
		p := w.newPerson(t.user, 1)
		done := callInSilence(ctx, p, t, `{"title": "Only once"}`)
		Eventually(ctx, func() []string { return rows(ctx, `SELECT call_key FROM tool_effects WHERE user_id = $1`, p.name) }).
			WithTimeout(settle).Should(HaveLen(1))
		for _, replica := range system.Toolservers {
			restarted(ctx, replica)
			replica.Kill()
		}
		system.Tools.Heal(ctx)
		for _, replica := range system.Toolservers {
			Expect(replica.Start()).To(Succeed())
		}
		Eventually(ctx, done).WithTimeout(settle).Should(BeClosed())

		expectWhole(ctx, w, t)
		Expect(rows(ctx, `SELECT title FROM tasks WHERE user_id = $1`, p.name)).To(Equal([]string{"Only once"}))
	})
})

// script says how the model answers what a person says.
func script(p *person, replies ...scripted.Reply) {
	model.Use(scripted.Rule{When: scripted.When{Said: p.name + " says"}, Replies: replies})
}

// callInSilence has a turn call add_task while toolserver's answers go lost. A call before it makes sure that chatcore has
// a session with toolserver: it could not begin one now.
func callInSilence(ctx SpecContext, p *person, t *talk, arguments string) <-chan struct{} {
	GinkgoHelper()
	gate := p.name + " calls"
	call := scripted.CallTool("add_task", arguments)
	call.Gate = gate
	script(p, scripted.CallTool("list_tasks", `{}`), call, scripted.Say("Added."))
	done := background(func() { p.send(ctx, t, moves{}) })
	Eventually(ctx, func() int { return model.Waiting(gate) }).WithTimeout(settle).Should(Equal(1))
	Expect(system.Tools.Do(faults.Silent, faults.Answers)).To(Succeed())
	DeferCleanup(func(ctx SpecContext) { system.Tools.Heal(ctx) })
	model.Open(gate)
	return done
}

func background(do func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer GinkgoRecover()
		defer close(done)
		do()
	}()
	return done
}

// ownerOf is the chatcore that is at work on a user's only turn.
func ownerOf(ctx context.Context, user string) *faults.Replica {
	GinkgoHelper()
	owners := rows(ctx, `SELECT owner_url FROM turn_leases WHERE user_id = $1`, user)
	Expect(owners).To(HaveLen(1))
	for _, replica := range system.Chatcores {
		if strings.HasPrefix(owners[0], "http://"+replica.Addr) {
			return replica
		}
	}
	Fail("nobody is at " + owners[0])
	return nil
}

// restarted sees that a replica runs again when the spec is over.
func restarted(ctx context.Context, replica *faults.Replica) {
	GinkgoHelper()
	DeferCleanup(func(ctx SpecContext) {
		Expect(replica.Start()).To(Succeed())
		Expect(replica.Ready(ctx)).To(Succeed())
	})
}

// expectWhole expects that a page saw all that is stored, and that the laws hold.
func expectWhole(ctx context.Context, w *world, t *talk) {
	GinkgoHelper()
	Expect(t.torn).To(BeFalse(), "the stream ended with an error, or not in order: %v", w.counts)
	Expect(w.violations()).To(BeEmpty())
	Expect(w.checkHistories(ctx)).To(BeEmpty())
	Expect(checkStored(ctx)).To(BeEmpty())
}

// textsOf gives the text of every assistant's message.
func textsOf(items []wire.Object) []string {
	texts := []string{}
	for _, item := range items {
		if item["type"] != "assistant_message" {
			continue
		}
		for _, part := range item["content"].([]any) {
			texts = append(texts, part.(wire.Object)["text"].(string))
		}
	}
	return texts
}
