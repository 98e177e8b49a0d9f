package faults_test

import (
	"context"
	"encoding/json"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/deploy/e2e/faults"
	"taskpilot/deploy/offlinemodel/scripted"
)

var _ = Describe("A reader of a run who comes again", func() {
	var (
		p    *person
		gate string
	)
	BeforeEach(func() {
		p = newWorld().newPerson(newUser("rea"), 1)
		gate = p.name
	})
	task := func(n int) scripted.Call {
		return scripted.Call{Name: "add_task", Arguments: fmt.Sprintf(`{"title": "Task %d of %s"}`, n, p.name)}
	}
	// long is a turn of three replies; the last one waits at the gate.
	long := func() []scripted.Reply {
		return []scripted.Reply{
			{Chunks: []scripted.Chunk{{Text: "Naïve "}, {Text: "日本 "}, {Text: "👩‍👩‍👧 "}}, Calls: []scripted.Call{task(1), task(2)}},
			{Calls: []scripted.Call{task(3)}},
			{Chunks: []scripted.Chunk{{Text: "Half "}, {Text: "of "}, {Gate: gate, Text: "it."}}},
		}
	}
	begin := func(ctx context.Context) *tape {
		tape := record(ctx, p)
		Eventually(ctx, func() int { return model.Waiting(gate) }).WithTimeout(settle).Should(Equal(1))
		Eventually(ctx, func() string { return tape.text() }).WithTimeout(settle).Should(HaveSuffix("Half of "))
		return tape
	}

	It("gets exactly the rest, from every position, at either replica, while it is at work and after", func(ctx SpecContext) {
		script(p, long()...)
		tape := begin(ctx)
		seen := tape.events()
		live := followAll(ctx, p, seen)
		model.Open(gate)
		Eventually(ctx, tape.over).WithTimeout(settle).Should(BeClosed())
		all := tape.events()
		for _, follower := range live {
			Eventually(ctx, follower.done).WithTimeout(settle).Should(BeClosed())
			follower.expectRest(all)
		}
		for _, follower := range followAll(ctx, p, all) {
			Eventually(ctx, follower.done).WithTimeout(settle).Should(BeClosed())
			follower.expectRest(all)
		}
	})

	It("gets the rest after the replica at work was killed, also where the reply that it saw was taken back", func(ctx SpecContext) {
		script(p, append(long(), scripted.Say("All ", "of ", "it."))...)
		tape := begin(ctx)
		seen := tape.events()
		owner := ownerOf(ctx, p.name)
		restarted(ctx, owner)
		var live []*follower
		for _, f := range followAll(ctx, p, seen) {
			if f.replica != owner {
				live = append(live, f)
			}
		}
		Eventually(ctx, func() bool { return behind(live) }).WithTimeout(settle).Should(BeTrue())
		owner.Kill()
		for _, follower := range live {
			Eventually(ctx, follower.done).WithTimeout(settle).Should(BeClosed(), "from %q", follower.after)
			follower.expectSense()
		}
		Expect(owner.Start()).To(Succeed())
		Expect(owner.Ready(ctx)).To(Succeed())
		for _, follower := range followAll(ctx, p, seen) {
			Eventually(ctx, follower.done).WithTimeout(settle).Should(BeClosed())
			follower.expectSense()
			Expect(follower.reading.answer().Content).To(HaveSuffix("All of it."))
		}
	})
})

// tape is a run's stream as its first reader sees it.
type tape struct {
	*follower
	over <-chan struct{}
}

// record says something and records what comes, as long as it comes.
func record(ctx context.Context, p *person) *tape {
	f := &follower{reading: &reading{}}
	done := background(func() {
		f.err = f.read(p.api.Stream(ctx, p.caller(), api.ChatRequest{Content: p.words()}))
	})
	f.done = done
	return &tape{follower: f, over: done}
}

// follower is somebody who goes on from an event.
type follower struct {
	*reading
	replica *faults.Replica
	after   string // the last event seen before
	before  int    // how many had been seen
	done    <-chan struct{}
	err     error
}

// followAll follows a run from before its first event and from behind each of those seen, at both replicas.
func followAll(ctx context.Context, p *person, seen []api.Event) (all []*follower) {
	GinkgoHelper()
	run := seen[0].Body.(api.RunStarted).RunID
	for _, replica := range system.Chatcores {
		client, err := api.NewClient("http://"+replica.Addr, api.ClientOptions{})
		Expect(err).NotTo(HaveOccurred())
		for n := range len(seen) + 1 {
			f := &follower{reading: &reading{}, replica: replica, before: n}
			for _, event := range seen[:n] {
				f.take(event)
			}
			f.after = f.last
			if f.end != nil {
				continue // nothing follows
			}
			f.done = background(func() { f.err = f.read(client.Follow(ctx, p.caller(), run, f.after)) })
			all = append(all, f)
		}
	}
	return all
}

// behind says that every follower is as far as the first one could come.
func behind(all []*follower) bool {
	for _, f := range all {
		if f.text() != all[len(all)-1].text() {
			return false
		}
	}
	return true
}

// expectSense expects that what was seen before and what came then make one turn, the one that is stored.
func (f *follower) expectSense() {
	GinkgoHelper()
	Expect(f.err).NotTo(HaveOccurred(), "from %q at %s", f.after, f.replica.Name)
	Expect(f.faults()).To(BeEmpty(), "from %q at %s", f.after, f.replica.Name)
}

// expectRest expects also that it is exactly what came to the first reader. A text that is stored comes whole.
func (f *follower) expectRest(all []api.Event) {
	GinkgoHelper()
	f.expectSense()
	Expect(wholeEvents(f.events()[f.before:])).To(Equal(wholeEvents(all[f.before:])), "from %q at %s", f.after, f.replica.Name)
}

// wholeEvents are events as JSON. Texts are left out, for they are compared as a whole, and what of a conversation changes
// with time: it is told as it is now.
func wholeEvents(events []api.Event) (lines []string) {
	for _, event := range events {
		switch body := event.Body.(type) {
		case api.MessageDelta:
			continue
		case api.RunStarted:
			body.Conversation = api.Conversation{ID: body.Conversation.ID}
			event.Body = body
		case api.ConversationUpdated:
			body.Conversation = api.Conversation{ID: body.Conversation.ID, Title: body.Conversation.Title}
			event.Body = body
		}
		body, err := json.Marshal(event.Body)
		Expect(err).NotTo(HaveOccurred())
		lines = append(lines, event.ID+" "+event.Body.EventType()+" "+string(body))
	}
	return lines
}
