package tasks_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/toolserver/tasks"
)

var _ = Describe("A title", func() {
	type input struct {
		raw     string
		limit   int
		message string
	}
	DescribeTable("is refused with a sentence that says why", func(in input) {
		_, err := tasks.NewTitle("title", in.raw)
		Expect(err).To(failWith(tasks.CodeInvalid))
		failure := err.(*tasks.Failure) //nolint:errorlint,forcetypeassert // matched above
		Expect(failure.Field).To(Equal("title"))
		Expect(failure.Limit).To(Equal(in.limit))
		Expect(failure.Message).To(ContainSubstring(in.message))
	},
		Entry("when it is empty", input{"", 200, "The title is empty: give 1 to 200 characters."}),
		Entry("when it is white space only", input{" \t\n\u00a0", 200, "is empty"}),
		Entry("when it has 201 characters", input{strings.Repeat("ä", 201), 200, "has 201 characters: at most 200"}),
		Entry("when it has a U+0000", input{"a\x00b", 0, "U+0000"}),
		Entry("when it is not UTF-8", input{"a\xffb", 0, "UTF-8"}),
	)

	DescribeTable("is accepted", func(raw string) {
		_, err := tasks.NewTitle("title", raw)
		Expect(err).NotTo(HaveOccurred())
	},
		Entry("with 1 character", "x"),
		Entry("with 200 characters of 4 bytes", strings.Repeat("🍏", 200)),
		Entry("with 200 characters and white space around them", "  "+strings.Repeat("x", 200)+"\n"),
		Entry("with what SQL and LIKE take for their own", `'; DROP TABLE tasks; -- 100%_\`),
	)
})

var _ = Describe("A description", func() {
	It("is refused above 1000 characters", func() {
		_, err := tasks.NewDescription("description", strings.Repeat("ä", 1001))
		Expect(err).To(failWith(tasks.CodeInvalid))
		Expect(err).To(MatchError("The description has 1001 characters: at most 1000 are allowed."))
	})

	It("is refused with a U+0000 and without UTF-8", func() {
		for _, raw := range []string{"\x00", "\xc3"} {
			_, err := tasks.NewDescription("description", raw)
			Expect(err).To(failWith(tasks.CodeInvalid))
		}
	})

	It("is accepted with 1000 characters of 4 bytes, and empty", func() {
		for _, raw := range []string{strings.Repeat("🍏", 1000), ""} {
			_, err := tasks.NewDescription("description", raw)
			Expect(err).NotTo(HaveOccurred())
		}
	})
})

var _ = Describe("A status", func() {
	It("is one of three", func() {
		for _, raw := range []string{"all", "pending", "completed"} {
			_, err := tasks.NewStatus("status", raw)
			Expect(err).NotTo(HaveOccurred())
		}
		for _, raw := range []string{"", "ALL", "done"} {
			_, err := tasks.NewStatus("status", raw)
			Expect(err).To(failWith(tasks.CodeInvalid))
			Expect(err).To(MatchError("The status can be all, pending or completed."))
		}
	})
})
