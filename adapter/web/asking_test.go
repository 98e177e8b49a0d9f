package web_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("An answer that waits", func() {
	var alice *person

	BeforeEach(func() { alice = newPerson() })

	Context("for the person", func() {
		BeforeEach(func(ctx SpecContext) {
			alice.fake.when("Plan it", func(turn *fakeTurn) {
				turn.says("Two questions first.")
				turn.done(object{"id": "itm_ask", "type": "structured_input", "status": "pending", "inputs": []object{
					{"id": "list", "question": "Which list?", "type": "multiple_choice", "multiple": false, "options": []object{{"value": "Home"}, {"value": "Work"}}},
					{"id": "days", "question": "Which days?", "type": "multiple_choice", "multiple": true, "options": []object{{"value": "Monday"}, {"value": "Tuesday"}, {"value": "Friday"}}},
					{"id": "note", "question": "Anything else?", "type": "freeform", "description": "What I should know."},
				}})
			})
			answered := func(turn *fakeTurn) {
				asked := turn.fake.requests("threads.add_structured_input")
				input := asked[len(asked)-1].Params["input"].(object)
				answers := input["answers"].(object)
				item := turn.thread.item("itm_ask")
				inputs := []object{}
				for _, one := range item["inputs"].([]object) {
					with := object{"answer": answers[one["id"].(string)]}
					for key, value := range one {
						with[key] = value
					}
					inputs = append(inputs, with)
				}
				turn.replaces("itm_ask", object{"status": input["status"], "inputs": inputs})
				turn.says("Thank you.")
			}
			alice.fake.when("threads.add_structured_input", answered)
			alice.signsIn(ctx, "alice")
			alice.says(ctx, "Plan it")
			Eventually(ctx, alice.sees).WithArguments(ctx, ".questions").Should(BeTrue())
			Eventually(ctx, alice.sees).WithArguments(ctx, ".send").Should(BeTrue())
		})

		It("asks with choices and fields, and goes on with the answers", func(ctx SpecContext) {
			alice.clicks(ctx, ".questions [value=Work]")
			alice.clicks(ctx, ".questions [value=Monday]")
			alice.clicks(ctx, ".questions [value=Friday]")
			alice.pictures(ctx, "question")
			alice.clicks(ctx, ".questions .primary")
			Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Two questions first.", "Thank you."}))
			asked := alice.fake.requests("threads.add_structured_input")
			Expect(asked).To(HaveLen(1))
			Expect(asked[0].Params).To(Equal(object{"thread_id": threadOf(ctx, alice), "item_id": "itm_ask", "input": object{"status": "answered", "answers": object{
				"list": object{"values": []any{"Work"}, "skipped": false},
				"days": object{"values": []any{"Monday", "Friday"}, "skipped": false},
				"note": object{"values": []any{}, "skipped": true},
			}}}))
			Expect(alice.reads(ctx, ".answers dd")).To(Equal([]string{"Work", "Monday, Friday", "Skipped"}))
			alice.pictures(ctx, "answered")
			Expect(alice.page.Errors()).To(BeEmpty())
		}, SpecTimeout(patience))

		It("goes on without them, and asks again after a reload", func(ctx SpecContext) {
			Expect(alice.page.Reload(ctx)).To(Succeed())
			alice.clicks(ctx, ".questions .quiet")
			Eventually(ctx, alice.reads).WithArguments(ctx, ".answers .aside").Should(Equal([]string{"Skipped"}))
			asked := alice.fake.requests("threads.add_structured_input")
			Expect(asked[0].Params["input"].(object)["status"]).To(Equal("skipped"))
			Expect(alice.sees(ctx, ".questions")).To(BeFalse())
		}, SpecTimeout(patience))
	})

	Context("for a tool of the page", func() {
		const withTool = `setOptions({ api: { url: '/api/v1/chatkit', fetch: (url, options) => fetch(url, { ...options, headers: { ...options.headers, Authorization: 'Bearer token-1' } }) },
			onClientTool: async ({ name, params }) => { (window.called ??= []).push(name + ' ' + JSON.stringify(params)); if (params.fail) throw new Error('no printer'); return { printed: true }; } })`
		call := func(fail bool) func(turn *fakeTurn) {
			return func(turn *fakeTurn) {
				turn.done(object{"id": "itm_tool", "type": "client_tool_call", "status": "pending", "call_id": "c1", "name": "print", "arguments": object{"fail": fail}})
			}
		}
		called := func(ctx SpecContext) (calls []string) {
			alice.evaluates(ctx, `window.called ?? []`, &calls)
			return calls
		}

		BeforeEach(func(ctx SpecContext) {
			alice.fake.when("Print", call(false))
			alice.fake.when("Print badly", call(true))
			alice.fake.when("threads.add_client_tool_output", func(turn *fakeTurn) {
				asked := turn.fake.requests("threads.add_client_tool_output")
				turn.replaces("itm_tool", object{"status": "completed", "output": asked[len(asked)-1].Params["result"]})
				turn.says("Done.")
			})
			alice.signsIn(ctx, "alice")
		})

		It("runs it once, and goes on with its result", func(ctx SpecContext) {
			alice.does(ctx, withTool)
			alice.says(ctx, "Print")
			Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Done."}))
			Expect(called(ctx)).To(Equal([]string{`print {"fail":false}`}))
			Expect(alice.fake.requests("threads.add_client_tool_output")[0].Params["result"]).To(Equal(object{"printed": true}))
			Expect(alice.page.Errors()).To(BeEmpty())
		}, SpecTimeout(patience))

		It("tells the answer what went wrong in it", func(ctx SpecContext) {
			alice.does(ctx, withTool)
			alice.says(ctx, "Print badly")
			Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Done."}))
			Expect(alice.fake.requests("threads.add_client_tool_output")[0].Params["result"]).To(Equal(object{"error": "no printer"}))
		}, SpecTimeout(patience))

		It("runs it after a reload only when the person says so", func(ctx SpecContext) {
			alice.says(ctx, "Print") // this page has no such tool
			Eventually(ctx, alice.page.Messages).Should(ContainElement(HaveField("Text", ContainSubstring("onClientTool is needed for print"))))
			alice.evaluates(ctx, `history.replaceState(null, '', '#')`, nil)
			thread := threadOfBefore(alice)
			alice.does(ctx, withTool)
			alice.does(ctx, `setThreadId(null)`)
			alice.does(ctx, `setThreadId('`+thread+`')`)
			Eventually(ctx, alice.reads).WithArguments(ctx, ".tail-tool").Should(ConsistOf(ContainSubstring("print was begun")))
			Expect(called(ctx)).To(BeEmpty())
			alice.clicks(ctx, ".tail-tool .text-button")
			Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Done."}))
			Expect(called(ctx)).To(HaveLen(1))
			Expect(alice.sees(ctx, ".tail-tool")).To(BeFalse())
		}, SpecTimeout(patience))

		It("leaves it to the page whose turn it is", func(ctx SpecContext) {
			alice.says(ctx, "Hello")
			Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(HaveLen(1))
			thread := threadOf(ctx, alice)
			alice.fake.mu.Lock()
			alice.fake.live[thread] = call(false)
			alice.fake.mu.Unlock()
			alice.does(ctx, withTool)
			alice.does(ctx, "fetchUpdates()")
			Eventually(ctx, alice.reads).WithArguments(ctx, ".tail-tool").Should(ConsistOf(ContainSubstring("print was begun")))
			Expect(called(ctx)).To(BeEmpty())
			alice.says(ctx, "Never mind")
			Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(HaveLen(2))
			Expect(alice.sees(ctx, ".tail-tool")).To(BeFalse())
		}, SpecTimeout(patience))
	})
})
