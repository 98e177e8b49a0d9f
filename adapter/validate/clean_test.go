package validate_test

import (
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/validate"
)

var _ = Describe("A clean capture", func() {
	validator := validate.New()

	It("has no mistakes", func() {
		entries, err := os.ReadDir(filepath.Join("testdata", "clean"))
		Expect(err).NotTo(HaveOccurred())
		for _, entry := range entries {
			report, err := validator.Capture(capture("clean", entry.Name()), validate.StreamOptions{})
			Expect(err).NotTo(HaveOccurred())
			Expect(said(report.Mistakes)).To(BeEmpty(), entry.Name())
		}
	})

	DescribeTable("is recognised", func(name, what string) {
		report, err := validator.Capture(capture("clean", name), validate.StreamOptions{})
		Expect(err).NotTo(HaveOccurred())
		Expect(report.What).To(Equal(what))
	},
		Entry(nil, "refused.sse", "a stream of 1 event"),
		Entry(nil, "retry.sse", "a stream of 7 events"),
		Entry(nil, "items_list.json", "an answer, by its looks to `items.list`"),
		Entry(nil, "threads_list.json", "an answer, by its looks to `threads.list`"),
	)

	It("may be held to its request", func() {
		report, err := validator.Capture(capture("clean", "message.sse"), validate.StreamOptions{Request: "threads.create"})
		Expect(err).NotTo(HaveOccurred())
		Expect(said(report.Mistakes)).To(ConsistOf("line 3, event 1: `thread.item.done` begins the answer to `threads.create`, which begins with `thread.created`"))
	})

	It("may end anywhere when its reader left", func() {
		whole := string(capture("clean", "new_thread.sse"))
		for n := range len(whole) {
			_, mistakes := validator.Stream([]byte(whole[:n]), validate.StreamOptions{Cut: true})
			Expect(said(mistakes)).To(BeEmpty(), whole[:n])
		}
	})

	It("may begin anywhere when it follows a turn, and has ids then", func() {
		frames := strings.SplitAfter(string(capture("clean", "new_thread.sse")), "\n\n")
		for n := range frames {
			following := ""
			for i, frame := range frames[n:] {
				if frame != "" && i%2 == 0 {
					following += "id: 7/1\n"
				}
				following += frame
			}
			_, mistakes := validator.Stream([]byte(following), validate.StreamOptions{Follow: true})
			Expect(said(mistakes)).To(BeEmpty(), following)
		}
	})

	DescribeTable("must be a capture", func(raw, request, why string) {
		_, err := validator.Capture([]byte(raw), validate.StreamOptions{Request: request})
		Expect(err).To(MatchError(why))
	},
		Entry("nothing", " \n", "", "there is nothing in it"),
		Entry("headers", "HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\ndata: {}\n\n", "", "it begins with HTTP headers: capture the body alone (curl without -i)"),
		Entry("no request of ours", "{}", "thread.list", "`thread.list` is no request of ChatKit's; did you mean `threads.list`?"),
	)

	DescribeTable("must be of the kind that its request has", func(raw, request, sentence string) {
		report, err := validator.Capture([]byte(raw), validate.StreamOptions{Request: request})
		Expect(err).NotTo(HaveOccurred())
		Expect(said(report.Mistakes)).To(ConsistOf(sentence))
	},
		Entry("JSON for a stream", "{}", "threads.create", "`threads.create` is answered by a stream, not by JSON"),
		Entry("a stream for JSON", "data: {}\n\n", "items.list", "`items.list` is answered by one JSON object, not by a stream"),
	)

	It("is not swamped: the same mistake over and over is told a hundred times", func() {
		_, mistakes := validator.Stream([]byte(strings.Repeat("data: {}\n\n", 1000)), validate.StreamOptions{})
		Expect(mistakes).To(HaveLen(101))
		Expect(mistakes[100].Sentence).To(MatchRegexp(`^\d+ more mistakes are not named$`))
	})
})
