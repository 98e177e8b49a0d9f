package model_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/model"
)

var _ = Describe("A reply", func() {
	It("comes in pieces, and then its end with the token counts", func(ctx SpecContext) {
		m := endpoint(model.Config{}, streaming(delta(`"role":"assistant","content":""`), says("Hel"), says("lo."), ends("stop"),
			`data: {"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}`, done))
		said := hear(ctx, m, ask)
		Expect(said.Err).NotTo(HaveOccurred())
		Expect(said.Pieces).To(Equal([]string{"Hel", "lo."}))
		Expect(said.Finished).To(Equal([]agent.Finished{{Reason: "stop", Usage: agent.Usage{PromptTokens: 12, CompletionTokens: 3}}}))
	})

	It("is whole after its finish_reason, whatever becomes of the stream", func(ctx SpecContext) {
		m := endpoint(model.Config{}, cutting(says("Hello."), ends("length")))
		said := hear(ctx, m, ask)
		Expect(said.Err).NotTo(HaveOccurred())
		Expect(said.Finished).To(ConsistOf(agent.Finished{Reason: "length"}))
	})

	It("is not changed by what follows its finish_reason", func(ctx SpecContext) {
		m := endpoint(model.Config{}, streaming(says("Hello."), ends("stop"), says("More."), ends("tool_calls"), done))
		said := hear(ctx, m, ask)
		Expect(said.Text()).To(Equal("Hello."))
		Expect(said.Finished).To(ConsistOf(agent.Finished{Reason: "stop"}))
	})

	It("is read through comments, event names, other choices and fields", func(ctx SpecContext) {
		comments := strings.TrimSuffix(strings.Repeat(": OPENROUTER PROCESSING\n\n", 2000), "\n\n")
		m := endpoint(model.Config{}, streaming(comments, "event: completion\nid: 4\nretry: 10\n"+says("Hi"),
			`data: {"choices":[{"index":1,"delta":{"content":"other"},"finish_reason":"stop"}],"x":{}}`,
			`data:{"choices":[{"index":0,"delta":{"content":null,"refusal":" no"},"finish_reason":"stop"}],"usage":null}`, done))
		said := hear(ctx, m, ask)
		Expect(said.Err).NotTo(HaveOccurred())
		Expect(said.Text()).To(Equal("Hi no"))
	})

	DescribeTable("has whole characters only",
		func(ctx SpecContext, text string, literals ...string) {
			var lines []string
			for _, literal := range literals {
				lines = append(lines, delta(`"content":`+literal))
			}
			said := hear(ctx, endpoint(model.Config{}, streaming(append(lines, ends("stop"), done)...)), ask)
			Expect(said.Err).NotTo(HaveOccurred())
			Expect(said.Text()).To(Equal(text))
			for _, piece := range said.Pieces {
				Expect(strings.ToValidUTF8(piece, "?")).To(Equal(piece))
			}
		},
		Entry("when its bytes were split", "a€b", "\"a\xe2\"", "\"\x82\"", "\"\xacb\""),
		Entry("when a surrogate pair was split", "🥛", `"\ud83e"`, `"\udd5b"`),
		Entry("when a half never gets its other half", "\uFFFDx\uFFFD", `"\ud83e"`, `"x\udd5b"`),
		Entry("when it ends with a half", "x\uFFFD", `"x\ud83e"`),
		Entry("when it ends inside a character", "x\uFFFD\uFFFD", "\"x\xe2\x82\""),
		Entry("when it has bytes that are no UTF-8", "a\uFFFDb", "\"a\xffb\""),
		Entry("when it has U+0000", "a\uFFFDb", `"a\u0000b"`),
		Entry("when it has escapes", "\"\\/\b\f\n\r\té", `"\"\\\/\b\f\n\r\t\u00e9"`),
	)

	DescribeTable("is invalid",
		func(ctx SpecContext, lines ...string) {
			said := hear(ctx, endpoint(model.Config{}, streaming(append(lines, done)...)), ask)
			Expect(said.Finished).To(BeEmpty())
			Expect(said.Err).To(failure(agent.ModelInvalid))
		},
		Entry("when a chunk is no JSON", "data: {", ends("stop")),
		Entry("when the text is no string", delta(`"content":7`), ends("stop")),
		Entry("when it has too much text", says(strings.Repeat("x", model.MaxText)), says("x"), ends("stop")),
		Entry("when a line is too long", delta(`"reasoning":"`+strings.Repeat("x", 2<<20)+`"`), ends("stop")),
		Entry("when it ends for calls and has none", says("x"), ends("tool_calls")),
	)
})

var _ = Describe("Tool calls", func() {
	DescribeTable("are put together from their parts",
		func(ctx SpecContext, calls []agent.Call, lines ...string) {
			said := hear(ctx, endpoint(model.Config{}, streaming(append(lines, ends("tool_calls"), done)...)), ask)
			Expect(said.Err).NotTo(HaveOccurred())
			Expect(said.Finished).To(ConsistOf(agent.Finished{Calls: calls, Reason: "tool_calls"}))
		},
		Entry("by their index, whatever the order",
			[]agent.Call{{ID: "a", Tool: "add", Arguments: `{"n":1}`}, {ID: "b", Tool: "list", Arguments: `{}`}},
			callPart(`"index":1,"id":"b","type":"function","function":{"name":"list","arguments":""}`),
			callPart(`"index":0,"id":"a","type":"function","function":{"name":"add","arguments":"{\"n\""}`),
			callPart(`"index":1,"function":{"arguments":"{}"}`), callPart(`"index":0,"function":{"arguments":":1}"}`)),
		Entry("with ids made of their position where there are none",
			[]agent.Call{{ID: "call_0", Tool: "add", Arguments: `{}`}, {ID: "call_1", Tool: "add", Arguments: `{}`}},
			callPart(`"index":0,"function":{"name":"add","arguments":"{}"}`), callPart(`"index":3,"function":{"name":"add","arguments":"{}"}`)),
		Entry("with other ids where they are given twice",
			[]agent.Call{{ID: "call_1", Tool: "add"}, {ID: "call_1_", Tool: "add"}, {ID: "call_2", Tool: "add"}},
			callPart(`"index":0,"id":"call_1","function":{"name":"add"}`), callPart(`"index":1,"id":"call_1","function":{"name":"add"}`),
			callPart(`"index":2,"function":{"name":"add","arguments":null}`)),
		Entry("without an index, whole",
			[]agent.Call{{ID: "a", Tool: "add", Arguments: `{}`}, {ID: "b", Tool: "add", Arguments: `{}`}, {ID: "call_2", Tool: "add", Arguments: `{}`}},
			callPart(`"id":"a","function":{"name":"add","arguments":"{}"}`), callPart(`"id":"b","function":{"name":"add","arguments":"{}"}`),
			callPart(`"function":{"name":"add","arguments":"{}"}`)),
		Entry("without an index, in parts",
			[]agent.Call{{ID: "a", Tool: "add", Arguments: `{"n":1}`}},
			callPart(`"id":"a","function":{"name":"add","arguments":"{\"n\""}`), callPart(`"function":{"arguments":":1}"}`)),
		Entry("with the same index for all of them",
			[]agent.Call{{ID: "a", Tool: "add", Arguments: `{}`}, {ID: "b", Tool: "list", Arguments: `{}`}},
			callPart(`"index":0,"id":"a","function":{"name":"add","arguments":"{}"}`), callPart(`"index":0,"id":"b","function":{"name":"list","arguments":"{}"}`)),
		Entry("with the id and the name in every part",
			[]agent.Call{{ID: "a", Tool: "add", Arguments: `{}`}},
			callPart(`"index":0,"id":"a","function":{"name":"add","arguments":"{"}`), callPart(`"index":0,"id":"a","function":{"name":"add","arguments":"}"}`)),
		Entry("with arguments that are no string",
			[]agent.Call{{ID: "a", Tool: "add", Arguments: `{"n": 1}`}},
			callPart(`"index":0,"id":"a","function":{"name":"add","arguments":{"n": 1}}`)),
		Entry("with arguments that are no JSON, which the agent judges",
			[]agent.Call{{ID: "a", Tool: "add", Arguments: `{"n":`}},
			callPart(`"index":0,"id":"a","function":{"name":"add","arguments":"{\"n\":"}`)),
		Entry("with a character split between parts",
			[]agent.Call{{ID: "a", Tool: "add", Arguments: `{"t":"🥛"}`}},
			callPart(`"index":0,"id":"a","function":{"name":"add","arguments":"{\"t\":\"\ud83e"}`), callPart(`"index":0,"function":{"arguments":"\udd5b\"}"}`)),
		Entry("with what no database takes replaced",
			[]agent.Call{{ID: "a", Tool: "add", Arguments: `{"t":"\ufffd\ufffd"}`}},
			callPart(`"index":0,"id":"a","function":{"name":"add","arguments":"{\"t\":\"\\u0000\\ud83e\"}"}`)),
	)

	It("may come with a finish_reason that does not speak of them", func(ctx SpecContext) {
		said := hear(ctx, endpoint(model.Config{}, streaming(callPart(`"index":0,"function":{"name":"add"}`), ends("stop"), done)), ask)
		Expect(said.Finished).To(ConsistOf(agent.Finished{Calls: []agent.Call{{ID: "call_0", Tool: "add"}}, Reason: "stop"}))
	})

	tooMany := func() (lines []string) {
		for i := range model.MaxCalls + 1 {
			lines = append(lines, callPart(fmt.Sprintf(`"index":0,"id":"c%d","function":{"name":"add"}`, i)))
		}
		return lines
	}
	DescribeTable("are refused",
		func(ctx SpecContext, lines ...string) {
			said := hear(ctx, endpoint(model.Config{}, streaming(append(lines, ends("tool_calls"), done)...)), ask)
			Expect(said.Finished).To(BeEmpty())
			Expect(said.Err).To(failure(agent.ModelInvalid))
		},
		Entry("with an index below zero", callPart(`"index":-1,"function":{"name":"add"}`)),
		Entry("with an index out of all measure", callPart(`"index":1000000,"function":{"name":"add"}`)),
		Entry("without a name", callPart(`"index":0,"function":{"arguments":"{}"}`)),
		Entry("with a name out of all measure", callPart(`"index":0,"function":{"name":"`+strings.Repeat("x", 300)+`"}`)),
		Entry("with too long arguments", callPart(`"index":0,"function":{"name":"add","arguments":"`+strings.Repeat("x", model.MaxArguments+1)+`"}`)),
		Entry("with arguments that are a number", callPart(`"index":0,"function":{"name":"add","arguments":7}`)),
		Entry("when there are too many", strings.Join(tooMany(), "\n\n")),
	)
})
