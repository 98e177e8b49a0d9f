package e2e_test

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

// threadsOf gives the ids of a page of threads.
func threadsOf(ctx context.Context, page wire.Page, params wire.Object) (ids []string, answer wire.Object) {
	GinkgoHelper()
	answer, err := page.Call(ctx, "threads.list", params)
	Expect(err).NotTo(HaveOccurred())
	for _, thread := range answer["data"].([]any) {
		ids = append(ids, thread.(wire.Object)["id"].(string))
	}
	if answer["has_more"] == true {
		Expect(answer["after"]).To(Equal(ids[len(ids)-1]))
	} else {
		Expect(answer).NotTo(HaveKey("after"))
	}
	return ids, answer
}

var _ = Describe("A person with ten thousand threads", func() {
	It("sees them in one list, and in pages of any size and both orders", func(ctx SpecContext) {
		const many = 10_050
		user := newUser("lena")
		page := pageOf(ctx, user)
		_, err := database.ExecContext(ctx, `
			INSERT INTO conversations (user_id, id, title, message_count, created_at, updated_at)
			SELECT $1, n, 'Thread ' || n, 2, now(), now() + (n * 7919 % 10007) * interval '1 second' FROM generate_series(1, $2::int) n`, user, many)
		Expect(err).NotTo(HaveOccurred())

		first, answer := threadsOf(ctx, page, wire.Object{"limit": 9999})
		Expect(first).To(HaveLen(9999))
		Expect(answer).To(HaveKeyWithValue("has_more", true))
		rest, answer := threadsOf(ctx, page, wire.Object{"limit": 9999, "after": answer["after"]})
		Expect(answer).To(HaveKeyWithValue("has_more", false))
		all := slices.Concat(first, rest)
		Expect(all).To(HaveLen(many))
		Expect(slices.Compact(slices.Sorted(slices.Values(all)))).To(HaveLen(many), "each once")

		up, _ := threadsOf(ctx, page, wire.Object{"limit": 20, "order": "asc"})
		slices.Reverse(up)
		Expect(up).To(Equal(all[many-20:]))

		By("going on behind a thread that was deleted meanwhile")
		Expect(page.Call(ctx, "threads.delete", wire.Object{"thread_id": all[9]})).To(BeEmpty())
		behind, _ := threadsOf(ctx, page, wire.Object{"limit": 5, "after": all[9]})
		Expect(behind).To(Equal(all[10:15]))
	})
})

var _ = Describe("What a person sends that is too long", func() {
	DescribeTable("is refused with the field, or in one error, and nothing is stored", func(ctx SpecContext, kind string, params wire.Object, told string) {
		user := newUser("lena")
		page := pageOf(ctx, user)
		thread, _ := create(ctx, page, "Show my tasks")
		if _, ok := params["thread_id"]; ok {
			params["thread_id"] = thread.Meta["id"]
		}
		if strings.HasPrefix(kind, "threads.update") {
			_, err := page.Call(ctx, kind, params)
			Expect(err).To(MatchError(And(ContainSubstring("status 400"), ContainSubstring(told))))
		} else {
			events, err := page.Stream(ctx, kind, params)
			Expect(err).NotTo(HaveOccurred())
			Expect(events).To(HaveExactElements(And(
				HaveKeyWithValue("type", "error"), HaveKeyWithValue("allow_retry", false), HaveKeyWithValue("message", ContainSubstring(told)))))
		}
		Expect(history(ctx, page, thread.Meta["id"].(string), 20)).To(Equal(thread.Items))
		ids, _ := threadsOf(ctx, page, wire.Object{})
		Expect(ids).To(HaveLen(1))
	},
		Entry("a message", "threads.add_user_message", wire.Say("x", strings.Repeat("é", 5001)), "at most 5,000 characters"),
		Entry("a first message", "threads.create", wire.Say("", strings.Repeat("é", 5001)), "at most 5,000 characters"),
		Entry("a title", "threads.update", wire.Object{"thread_id": "x", "title": strings.Repeat("é", 201)}, "title"),
		Entry("a title of blanks", "threads.update", wire.Object{"thread_id": "x", "title": " \t "}, "title"),
		Entry("a title of two lines", "threads.update", wire.Object{"thread_id": "x", "title": "a\nb"}, "title"),
		Entry("a quote", "threads.add_user_message", with(wire.Say("x", "Hello"), "quoted_text", strings.Repeat("é", 5001)), "quoted_text may have at most 5000 characters"),
		Entry("a choice of model", "threads.add_user_message", with(wire.Say("x", "Hello"), "inference_options", wire.Object{"model": strings.Repeat("x", 201)}), "model"),
		Entry("a tag's data", "threads.add_user_message", with(wire.Say("x", "Hello"), "content", []any{wire.Object{
			"type": "input_tag", "id": "t", "text": "@t", "data": wire.Object{"a": strings.Repeat("x", 20_000)}}}), "data"),
	)
})

// with changes a member of a message's input.
func with(params wire.Object, name string, value any) wire.Object {
	params["input"].(wire.Object)[name] = value
	return params
}
