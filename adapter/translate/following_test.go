package translate_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
)

// TestGoingOn holds that a reader may leave behind any event and come back whenever it likes, as often as it likes: it has
// no gap, nothing twice, and ends as one that never left.
func TestGoingOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := play(t)
		p.turn()
		run, events := p.stored[1].ID, positioned(inOne(p.live))
		stayed := newThread()
		follow(t, stayed, fresh(t).Follow(run, nil), events, 1<<30)
		left := newThread()
		now := rapid.IntRange(1, len(events)).Draw(t, "events until it leaves")
		last := follow(t, left, fresh(t).Follow(run, nil), events[:now], rapid.IntRange(1, 100).Draw(t, "read"))
		for again := true; again; {
			now = rapid.IntRange(now, len(events)).Draw(t, "events until it is back")
			told := comeLater(t, events, now)
			again = rapid.Bool().Draw(t, "leaves again")
			most := 1 << 30
			if again {
				most = rapid.IntRange(0, 5).Draw(t, "read then")
			}
			following := fresh(t).Follow(run, nil)
			if last != "" {
				mark, ok := translate.ParseMark(last)
				if !ok || mark.String() != last {
					t.Fatalf("the mark %q was read as %q", last, mark)
				}
				following = fresh(t).Resume(mark)
			}
			if mark := follow(t, left, following, told, most); mark != "" {
				last = mark
			}
		}
		same(t, left, stayed)
	})
}

// follow reads at most so many of ChatKit's events, and gives the last mark.
func follow(t *rapid.T, page *thread, following *translate.Following, events []api.Event, most int) (last string) {
	seen := map[string]bool{}
	for _, event := range events {
		for _, marked := range following.Event(api.Event{ID: event.ID, Body: overTheWire(t, event.Body)}) {
			if most--; most < 0 {
				return last
			}
			if err := page.read(marked.Event); err != nil {
				t.Fatalf("at %s, made from %s: %v", marked.ID, event.ID, err)
			}
			if marked.ID != "" {
				if seen[marked.ID] {
					t.Fatalf("%s came twice", marked.ID)
				}
				seen[marked.ID], last = true, marked.ID
			}
		}
	}
	return last
}

func same(t *rapid.T, got, want *thread) {
	gotItems, err := got.list()
	if err != nil {
		t.Fatal(err)
	}
	wantItems, err := want.list()
	if err != nil {
		t.Fatal(err)
	}
	if encode(t, gotItems) != encode(t, wantItems) || len(got.errors) != len(want.errors) {
		t.Fatalf("it has  %s\nand not %s", encode(t, gotItems), encode(t, wantItems))
	}
}

// TestComingToATurn holds that who comes to a turn at work ends as its first reader, with whatever it has of the turn.
func TestComingToATurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := play(t)
		p.turn()
		user, answer, events := p.stored[0], p.stored[1], positioned(inOne(p.live))
		first := newThread()
		follow(t, first, fresh(t).Follow(answer.ID, nil), events, 1<<30)
		reader := newThread()
		reader.lax = true
		read := answer
		read.Steps = answer.Steps[:rapid.IntRange(0, len(answer.Steps)).Draw(t, "steps it has")]
		for _, item := range append(fresh(t).Items(translate.KeyOf(p.conversation), user), fresh(t).Items(translate.KeyOf(p.conversation), read)...) {
			if err := reader.read(chatkit.ItemDone{Item: item}); err != nil {
				t.Fatal(err)
			}
		}
		stored := answer.Steps[:rapid.IntRange(len(read.Steps), len(answer.Steps)).Draw(t, "steps that are stored")]
		follow(t, reader, fresh(t).Follow(answer.ID, stored), comeLater(t, events, rapid.IntRange(0, len(events)).Draw(t, "now")), 1<<30)
		same(t, reader, first)
	})
}

var _ = Describe("Following a turn", func() {
	head := api.StepHead{ID: 5, Position: 3}
	told := func(f *translate.Following, events ...api.Event) (lines []string) {
		for _, event := range events {
			for _, marked := range f.Event(event) {
				encoded, err := chatkit.Marshal(marked.Event)
				Expect(err).NotTo(HaveOccurred())
				lines = append(lines, fmt.Sprintf("%s %s", marked.ID, encoded))
			}
		}
		return lines
	}
	started := api.Event{ID: "0.0.0.0", Body: api.RunStarted{RunID: 9, Conversation: api.Conversation{ID: 7}, UserMessage: api.Message{ID: 2, Position: 1}}}
	begun := api.Event{ID: "1.0.0.0", Body: api.MessageStarted{Step: head}}
	said := func(offset int, text string) api.Event {
		return api.Event{ID: api.Position{Step: 1, Part: api.PartText, Offset: offset}.String(), Body: api.MessageDelta{StepID: 5, Text: text}}
	}

	It("marks each event apart, and none that is not stored", func() {
		lines := told(fresh(bailOut{}).Follow(9, nil), started, begun, api.Event{Body: api.Notice{Level: "info", Message: "m"}}, said(2, "Hi"))
		Expect(lines).To(HaveExactElements(
			HavePrefix(`9/0.0.0.0/1 {"type":"thread.item.done"`), HavePrefix(`9/0.0.0.0 {"type":"stream_options"`), HavePrefix(` {"type":"notice"`),
			HavePrefix(`9/1.1.0.2/2/msg_5_3 {"type":"thread.item.added"`), HavePrefix(`9/1.1.0.2/1/msg_5_3 {"type":"thread.item.updated"`),
			And(HavePrefix(`9/1.1.0.2/0/msg_5_3 `), ContainSubstring(`"delta":"Hi"`))))
	})

	It("goes on in the middle of a text that comes whole now", func() {
		mark, _ := translate.ParseMark("9/1.1.0.2/0/msg_5_3")
		Expect(told(fresh(bailOut{}).Resume(mark), started, begun, said(8, "Hi there"))).To(HaveExactElements(
			And(HavePrefix(`9/1.1.0.8/0/msg_5_3 `), ContainSubstring(`"delta":" there"`))))
	})

	It("goes on between the events of one piece, though it is cut smaller now", func() {
		mark, _ := translate.ParseMark("9/1.1.0.8/1/msg_5_3")
		Expect(told(fresh(bailOut{}).Resume(mark), started, begun, said(2, "Hi"), said(8, " there"))).To(HaveExactElements(
			ContainSubstring(`"delta":"Hi there"`)))
	})

	It("takes back what the reader had of a step that was discarded meanwhile", func() {
		mark, _ := translate.ParseMark("9/1.1.0.2/0/msg_5_3/msg_5_3_0")
		second := api.Event{ID: "2.0.0.0", Body: api.MessageStarted{Step: api.StepHead{ID: 6, Position: 4}}}
		Expect(told(fresh(bailOut{}).Resume(mark), started, second)).To(HaveExactElements(
			`9/1.5.0.0/1/msg_5_3_0 {"type":"thread.item.removed","item_id":"msg_5_3"}`, `9/1.5.0.0 {"type":"thread.item.removed","item_id":"msg_5_3_0"}`))
		rest, _ := translate.ParseMark("9/1.5.0.0/1/msg_5_3_0")
		Expect(told(fresh(bailOut{}).Resume(rest), started, second)).To(HaveExactElements(
			`9/1.5.0.0 {"type":"thread.item.removed","item_id":"msg_5_3_0"}`))
	})

	It("gives a stored step's text whole, and does not say again what was being done", func() {
		call := api.ToolCall{Tool: "add_task", Status: api.CallExecuted}
		stored := api.Step{ID: 5, Position: 3, Content: "Hi", ToolCalls: []api.ToolCall{call}}
		Expect(told(fresh(bailOut{}).Follow(9, []api.Step{stored}), started, begun, said(1, "H"), said(2, "i"),
			api.Event{ID: "1.2.0.0", Body: api.MessageTextCompleted{StepID: 5}}, api.Event{ID: "1.3.0.0", Body: api.ToolCallStarted{StepID: 5, Record: call}})[2:]).To(
			HaveExactElements(HavePrefix(`9/1.2.0.0/0/msg_5_3 {"type":"thread.item.done"`)))
	})

	DescribeTable("knows no mark but its own", func(text string) {
		_, ok := translate.ParseMark(text)
		Expect(ok).To(BeFalse())
	},
		Entry(nil, ""), Entry(nil, "9"), Entry(nil, "1.1.0.2"), Entry(nil, "0/1.1.0.2"), Entry(nil, "9/1.1.0"), Entry(nil, "9/1.1.0.2/x"), Entry(nil, "9/1.1.0.2/-1"),
		Entry(nil, "9/1.1.0.2/0/thr_1"), Entry(nil, "9/1.1.0.2/0/"), Entry(nil, "9/1.9.0.2"),
	)
})

// FuzzMark holds that a mark that is read is written as it was, and that going on behind it does no harm.
func FuzzMark(f *testing.F) {
	for _, seed := range []string{"9/1.1.0.2", "9/1.1.0.2/3", "9/1.5.0.0/0/msg_5_3/msg_5_3_0", "9/0.0.0.0/9007199254740990"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		mark, ok := translate.ParseMark(text)
		if !ok {
			return
		}
		following := fresh(t).Resume(mark)
		for _, event := range positioned([]api.Body{
			api.RunStarted{RunID: 9}, api.MessageStarted{Step: api.StepHead{ID: 5, Position: 3}}, api.MessageDelta{StepID: 5, Text: "Grüße"},
			api.MessageTextCompleted{StepID: 5}, api.MessageCompleted{Step: api.Step{ID: 5, Position: 3, Content: "Grüße"}}, api.RunCompleted{},
		}) {
			following.Event(event)
		}
	})
}
