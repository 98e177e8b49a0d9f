package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/tools"
)

var _ = Describe("A call", func() {
	var there *server
	var box *tools.Tools
	BeforeEach(func() {
		there = newServer(nil).start()
		box = client(tools.Config{URL: there.URL})
	})

	It("carries its arguments and its key, and brings the structure back", func(ctx SpecContext) {
		outcome, err := box.Call(ctx, alice, add("run1/2/0", "Milk"))
		Expect(err).NotTo(HaveOccurred())
		Expect(outcome).To(Equal(agent.Outcome{Result: json.RawMessage(`{"arguments":{"title":"Milk"},"task_id":1}`)}))
		Expect(there.notes("tools/call")).To(ConsistOf(HaveField("Key", "run1/2/0")))
	})

	DescribeTable("has an outcome",
		func(ctx SpecContext, tool string, expected agent.Outcome) {
			outcome, err := box.Call(ctx, alice, agent.ToolRequest{Key: "k", Tool: tool})
			Expect(err).NotTo(HaveOccurred())
			Expect(outcome.Result).To(MatchJSON(expected.Result))
			expected.Result = outcome.Result
			Expect(outcome).To(Equal(expected))
		},
		Entry("of words", "say", agent.Outcome{Result: json.RawMessage(`{"text":"one\ntwo` + "\uFFFD" + `"}`)}),
		Entry("of nothing", "nothing", agent.Outcome{Result: json.RawMessage(`{"text":""}`)}),
		Entry("of no words", "picture", agent.Outcome{Result: json.RawMessage(`{"text":""}`)}),
		Entry("with its numbers whole, and without U+0000", "number", agent.Outcome{Result: json.RawMessage(`{"html":"<b>","id":9007199254740991,"nul":"a\ufffdb"}`)}),
		Entry("of a failure with a code", "fail", agent.Outcome{Failed: true, Code: "not_found", Error: "There is no such task.",
			Result: json.RawMessage(`{"code":"not_found","message":"There is no such task.","task_id":7}`)}),
		Entry("of a failure with words", "grumble", agent.Outcome{Failed: true, Error: "No.", Result: json.RawMessage(`{"message":"No."}`)}),
		Entry("of a failure with neither", "mumble", agent.Outcome{Failed: true, Error: "The tool failed and did not say why.", Result: json.RawMessage(`{"code":"Not A Code!"}`)}),
		Entry("that is too large", "long", tooLarge("The tool acted, but its result is too large to be read.")),
		Entry("that is too large to be received", "very_long", tooLarge("The tool's result is too large to be read. It may have acted.")),
		Entry("of a failure that is too large", "long_fail", agent.Outcome{Failed: true, Code: "invalid", Error: "No.", Result: json.RawMessage(`{"code":"invalid","message":"No."}`)}),
		Entry("of a tool that is not there", "no_such_tool", unknown("no_such_tool")),
		Entry("of a name that can't be sent", "no\r\nsuch: tool", unknown("no\r\nsuch: tool")),
	)

	DescribeTable("is not sent with arguments that are no object",
		func(ctx SpecContext, arguments string) {
			outcome, err := box.Call(ctx, alice, agent.ToolRequest{Key: "k", Tool: "add_task", Arguments: json.RawMessage(arguments)})
			Expect(err).NotTo(HaveOccurred())
			Expect(outcome).To(HaveField("Code", agent.CallInvalidArguments))
			Expect(there.notes("tools/call")).To(BeEmpty())
		},
		Entry(nil, `{"title":`), Entry(nil, `null`), Entry(nil, `[1]`), Entry(nil, `"x"`),
	)

	DescribeTable("is refused by the server's word",
		func(ctx SpecContext, status int, answer string, code string, sentence string) {
			there.hurtCalls(1, func(w http.ResponseWriter, r *http.Request) {
				var call struct{ ID json.RawMessage }
				Expect(json.NewDecoder(r.Body).Decode(&call)).To(Succeed())
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(status)
				fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":%s}`, call.ID, answer)
			})
			outcome, err := box.Call(ctx, alice, add("k", "Milk"))
			Expect(err).NotTo(HaveOccurred())
			Expect(outcome.Failed).To(BeTrue())
			Expect(outcome.Code).To(Equal(code))
			Expect(outcome.Error).To(Equal(sentence))
			Expect(there.notes("tools/call")).To(HaveLen(1))
		},
		Entry("about its arguments", 200, `{"code":-32602,"message":"title: too long"}`, agent.CallInvalidArguments, "The tool refused the arguments: title: too long"),
		Entry("about its arguments, with a status", 400, `{"code":-32602,"message":"title: too long"}`, agent.CallInvalidArguments, "The tool refused the arguments: title: too long"),
		Entry("about the tool", 200, `{"code":-32602,"message":"Unknown tool: add_task"}`, agent.CallUnknownTool, `There is no tool called "add_task".`),
		Entry("about all tools", 200, `{"code":-32601,"message":"Method not found"}`, agent.CallUnknownTool, `There is no tool called "add_task".`),
		Entry("about itself, which nobody reads", 200, `{"code":-32603,"message":"pq: relation \"tasks\" does not exist"}`, tools.CodeInternal, "The tool failed unexpectedly."),
		Entry("about its size", 413, `{}`, tools.CodeTooLarge, "The arguments are too large for the tool."),
	)

	It("is made with a token of its own for every request, of its own user", func(ctx SpecContext) {
		var calls errgroup.Group
		for i := range 40 {
			user := fmt.Sprintf("user%d", i%8)
			calls.Go(func() error {
				_, err := box.Call(ctx, agent.Caller{UserID: user}, add(user+"/"+fmt.Sprint(i), "Milk"))
				return err
			})
		}
		Expect(calls.Wait()).To(Succeed())
		tokens := map[string]bool{}
		for _, call := range there.notes("tools/call") {
			user, _, _ := strings.Cut(call.Key, "/")
			Expect(call.Token).To(HavePrefix("secret-" + user + "-"))
			tokens[call.Token] = true
		}
		Expect(tokens).To(HaveLen(40))
	})

	It("goes nowhere else", func(ctx SpecContext) {
		elsewhere := newServer(nil).start()
		there.hurtCalls(1, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		})
		_, err := box.Call(ctx, alice, add("k", "Milk"))
		Expect(err).To(MatchError(agent.ErrUnreachable))
		Expect(elsewhere.notes("tools/call")).To(BeEmpty())
	})

	It("is not made without a token", func(ctx SpecContext) {
		box := client(tools.Config{URL: there.URL, Mint: func(context.Context, agent.Caller) (string, error) { return "", io.ErrUnexpectedEOF }})
		_, err := box.Call(ctx, alice, add("k", "Milk"))
		Expect(err).To(MatchError(agent.ErrUnreachable))
		there.mu.Lock()
		defer there.mu.Unlock()
		Expect(there.requests).To(BeEmpty())
	})
})

func tooLarge(sentence string) agent.Outcome { return coded(tools.CodeTooLarge, sentence) }

func unknown(tool string) agent.Outcome {
	return coded(agent.CallUnknownTool, fmt.Sprintf("There is no tool called %q.", tool))
}

func coded(code, sentence string) agent.Outcome {
	result, _ := json.Marshal(map[string]string{"code": code, "message": sentence})
	return agent.Outcome{Failed: true, Code: code, Error: sentence, Result: result}
}
