package main

import (
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
)

var _ = Describe("adapter validate", func() {
	var said, scolded *gbytes.Buffer
	BeforeEach(func() { said, scolded = gbytes.NewBuffer(), gbytes.NewBuffer() })

	// check runs the command and gives the code that the process would end with.
	check := func(ctx SpecContext, stdin string, args ...string) int {
		err := run(ctx, append([]string{"validate"}, args...), nil, strings.NewReader(stdin), said, scolded)
		if err == nil {
			return 0
		}
		code, _ := ending(err)
		return code
	}
	const refused = `data: {"type":"error","code":"custom","message":"No.","allow_retry":false}` + "\n\n"

	It("says that a clean stream on stdin is clean", func(ctx SpecContext) {
		Expect(check(ctx, refused)).To(Equal(0))
		Expect(said).To(gbytes.Say("clean: a stream of 1 event\n"))
	})

	It("names each mistake of a file on a line", func(ctx SpecContext) {
		file := filepath.Join(GinkgoT().TempDir(), "capture.sse")
		Expect(os.WriteFile(file, []byte(refused+`data: {"type":"thread.message.delta"}`+"\n\n"), 0o600)).To(Succeed())
		Expect(check(ctx, "", file)).To(Equal(1))
		Expect(string(said.Contents())).To(Equal("line 3, event 2: `thread.message.delta` is no ChatKit event; did you mean `thread.item.updated`?\n" +
			"line 3, event 2: `thread.message.delta` comes after an `error`, which ends a stream\n"))
	})

	It("holds an answer to the request that it is told", func(ctx SpecContext) {
		Expect(check(ctx, `{"data":[],"has_more":false}`, "--request", "threads.list")).To(Equal(0))
		Expect(check(ctx, `{"data":[]}`, "--request", "threads.list")).To(Equal(1))
		Expect(said).To(gbytes.Say("has_more is missing\n"))
	})

	It("takes a stream that was followed, and one that was left", func(ctx SpecContext) {
		Expect(check(ctx, "id: 1/2\n"+`data: {"type":"thread.item.updated","item_id":"a","update":{"type":"assistant_message.content_part.text_delta","content_index":0,"delta":"x"}}`+"\n\n", "--follow")).To(Equal(0))
		Expect(check(ctx, strings.TrimSuffix(refused, "\n"), "--cut")).To(Equal(0))
	})

	DescribeTable("ends with 2 when there is nothing to check", func(ctx SpecContext, stdin string, args ...string) {
		Expect(check(ctx, stdin, args...)).To(Equal(2))
		Expect(said.Contents()).To(BeEmpty())
	},
		Entry("nothing", ""),
		Entry("no such file", "", "/nowhere/at/all"),
		Entry("two files", "", "a", "b"),
		Entry("an unknown flag", "{}", "--strict"),
		Entry("an unknown request", "{}", "--request", "threads.burn"),
	)
})
