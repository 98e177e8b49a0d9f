package api_test

import (
	"math"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/chatcore/api"
)

func anyPosition() *rapid.Generator[api.Position] {
	return rapid.Custom(func(t *rapid.T) api.Position {
		small := rapid.OneOf(rapid.IntRange(0, 3), rapid.IntRange(0, math.MaxInt32))
		return api.Position{
			Step: small.Draw(t, "step"), Part: api.Part(rapid.IntRange(0, int(api.PartEnd)).Draw(t, "part")),
			Index: small.Draw(t, "index"), Offset: small.Draw(t, "offset"),
		}
	})
}

var _ = Describe("A position", func() {
	It("is an event's id in four numbers", func() {
		at := api.Position{Step: 2, Part: api.PartCallFinished, Index: 1}
		Expect(at.String()).To(Equal("2.4.1.0"))
		Expect(api.ParsePosition("2.4.1.0")).To(Equal(at))
	})

	It("has parts with numbers that never change, for readers keep them", func() {
		Expect([]api.Part{
			api.PartStarted, api.PartText, api.PartTextCompleted, api.PartCallStarted, api.PartCallFinished, api.PartCompleted,
			api.PartWaiting, api.PartConversation, api.PartEnd,
		}).To(Equal([]api.Part{0, 1, 2, 3, 4, 5, 6, 7, 8}))
	})

	DescribeTable("comes before another",
		func(before, after api.Position) {
			Expect(before.Before(after)).To(BeTrue())
			Expect(after.Before(before)).To(BeFalse())
		},
		Entry("of a later step", api.Position{Step: 1, Part: api.PartEnd, Index: 9, Offset: 9}, api.Position{Step: 2}),
		Entry("of a later part", api.Position{Step: 1, Part: api.PartText, Offset: 9}, api.Position{Step: 1, Part: api.PartTextCompleted}),
		Entry("of a later call", api.Position{Part: api.PartCallStarted, Index: 2}, api.Position{Part: api.PartCallStarted, Index: 10}),
		Entry("further in the text", api.Position{Part: api.PartText, Offset: 9}, api.Position{Part: api.PartText, Offset: 10}),
	)

	It("is in one order with every other, and the same after the wire", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			p, q, r := anyPosition().Draw(t, "p"), anyPosition().Draw(t, "q"), anyPosition().Draw(t, "r")
			if p.Compare(q) != -q.Compare(p) || (p.Compare(q) == 0) != (p == q) {
				t.Fatalf("%v and %v are in no order", p, q)
			}
			if p.Before(q) && q.Before(r) && !p.Before(r) {
				t.Fatalf("%v < %v < %v", p, q, r)
			}
			if read, err := api.ParsePosition(p.String()); err != nil || read != p {
				t.Fatalf("%v was read as %v: %v", p, read, err)
			}
		})
	})

	DescribeTable("is not read from",
		func(id string) {
			_, err := api.ParsePosition(id)
			Expect(err).To(HaveOccurred())
		},
		Entry("nothing", ""), Entry("three numbers", "1.2.3"), Entry("five numbers", "1.2.3.4.5"), Entry("words", "a.b.c.d"),
		Entry("a number below zero", "-1.0.0.0"), Entry("a sign", "+1.0.0.0"), Entry("a number that is too large", "1.1.0.2147483648"),
		Entry("spaces", "1.1.0. 2"), Entry("a part that is none", "1.9.0.0"), Entry("a hole", "1..0.0"),
	)
})

func FuzzParsePosition(f *testing.F) {
	for _, seed := range []string{"0.0.0.0", "1.1.0.12", "01.2.3.4", "1.9.0.0", "....", "2147483647.8.0.0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		p, err := api.ParsePosition(id)
		if err != nil {
			return
		}
		if again, err := api.ParsePosition(p.String()); err != nil || again != p {
			t.Fatalf("%q was read as %v, and that as %v: %v", id, p, again, err)
		}
	})
}
