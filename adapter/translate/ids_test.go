package translate_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
)

var _ = Describe("An id", func() {
	It("of a thread goes there and back", func() {
		Expect(translate.ThreadID("42")).To(Equal("thr_42"))
		conversation, ok := translate.ParseThreadID("thr_42")
		Expect(ok).To(BeTrue())
		Expect(conversation).To(BeEquivalentTo("42"))
	})

	DescribeTable("of a thread of another chat service's goes there and back, and has no number", func(key translate.Key) {
		conversation, ok := translate.ParseThreadID(translate.ThreadID(key))
		Expect(ok).To(BeTrue())
		Expect(conversation).To(Equal(key))
		_, numbered := conversation.Number()
		Expect(numbered).To(BeFalse())
	}, Entry(nil, translate.Key("s.550e8400-e29b-41d4-a716-446655440000")), Entry(nil, translate.Key("n.0")))

	It("of an item is none of a conversation's of another kind", func() {
		for key, ids := range map[translate.Key][2]string{"7": {"msg_5_1", "msg_s.a_1"}, "s.a": {"msg_s.a_1", "msg_5_1"}} {
			_, _, ok := translate.InConversation(key, ids[0])
			Expect(ok).To(BeTrue())
			_, _, ok = translate.InConversation(key, ids[1])
			Expect(ok).To(BeFalse())
		}
	})

	DescribeTable("of a thread that cannot be ours is not there", func(id string) {
		_, ok := translate.ParseThreadID(id)
		Expect(ok).To(BeFalse())
	},
		Entry(nil, ""), Entry(nil, "thr_"), Entry(nil, "thr_nope"), Entry(nil, "thr_0"), Entry(nil, "thr_-1"), Entry(nil, "thr_+1"),
		Entry(nil, "thr_01"), Entry(nil, "thr_1 "), Entry(nil, "THR_1"), Entry(nil, "msg_1_1"), Entry(nil, "thr_1_1"),
		Entry(nil, "thr_9007199254740992"), Entry(nil, "thr_99999999999999999999"), Entry(nil, "thr_1e3"), Entry(nil, "thr_s."), Entry(nil, "thr_s.a_b"), Entry(nil, "thr_s.ä"), Entry(nil, "thr_١"),
	)

	DescribeTable("of an item names its place", func(id string, place translate.Place) {
		_, got, ok := translate.ParseItemID(id)
		Expect(ok).To(BeTrue())
		Expect(got).To(Equal(place))
	},
		Entry(nil, "msg_5_1", translate.Place{Position: 1}),
		Entry(nil, "msg_5_1_0", translate.Place{Position: 1, Index: 1}),
		Entry(nil, "msg_5_31_7", translate.Place{Position: 31, Index: 8}),
		Entry(nil, "msg_s.a-b_2", translate.Place{Position: 2}),
	)

	DescribeTable("of an item that cannot be ours is not there", func(id string) {
		_, _, ok := translate.ParseItemID(id)
		Expect(ok).To(BeFalse())
	},
		Entry(nil, ""), Entry(nil, "msg_"), Entry(nil, "msg_5"), Entry(nil, "msg_5_"), Entry(nil, "msg_5_0"), Entry(nil, "msg_0_5"),
		Entry(nil, "msg_5_1_"), Entry(nil, "msg_5_1_00"), Entry(nil, "msg_5_1_0_0"), Entry(nil, "msg_5_-1"), Entry(nil, "thr_5_1"),
	)
})

// FuzzItemID holds that only what we could have written is read.
func FuzzItemID(f *testing.F) {
	for _, seed := range []string{"msg_5_1", "msg_5_1_0", "thr_5", "msg_05_1", "msg_9007199254740991_1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		owner, place, ok := translate.ParseItemID(id)
		if !ok {
			return
		}
		if owner == 0 { // of a conversation without a number
			return
		}
		if owner < 1 || owner > api.MaxID || place.Position < 1 || place.Index < 0 {
			t.Fatalf("%q gave %d %v", id, owner, place)
		}
		again := fmt.Sprintf("msg_%d_%d", owner, place.Position)
		if place.Index > 0 {
			again += fmt.Sprintf("_%d", place.Index-1)
		}
		if again != id {
			t.Fatalf("%q was read as %q", id, again)
		}
	})
}

var _ = Describe("An attachment's id", func() {
	It("comes back as it was made, and what can't be one is none", func() {
		Expect(translate.AttachmentID(12)).To(Equal("atc_12"))
		Expect(translate.ParseAttachments([]string{"atc_12", "atc_012", "msg_12", "", "atc_-1", "atc_99999999999999999999"})).To(Equal([]int64{12, 0, 0, 0, 0, 0}))
	})
})
