package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

const pageTools = `[{"name": "switch_theme", "description": "Switches the page's colours.",
	"schema": {"type": "object", "required": ["theme"], "properties": {"theme": {"enum": ["dark", "light"]}}}}]`

var _ = Describe("A tool that runs in the page", Serial, Ordered, func() {
	var (
		at     *stack.Stack
		model  *scripted.Endpoint
		page   wire.Page
		user   string
		thread *wire.Thread
	)

	BeforeAll(func(ctx SpecContext) {
		file := filepath.Join(GinkgoT().TempDir(), "tools.json")
		Expect(os.WriteFile(file, []byte(pageTools), 0o600)).To(Succeed())
		at, model = scriptedStack(ctx, "CLIENT_TOOLS_FILE="+file)
	})

	// goDark has the model call the page's tool, in a new thread.
	goDark := func(ctx context.Context, replies ...scripted.Reply) []wire.Object {
		GinkgoHelper()
		user = newUser("dora")
		page = pageAt(ctx, at, user)
		text := "Go dark, for " + user
		model.Use(scripted.Rule{When: scripted.When{Said: text}, Replies: replies})
		events, err := page.Stream(ctx, "threads.create", wire.Say("", text))
		Expect(err).NotTo(HaveOccurred())
		thread = &wire.Thread{}
		Expect(thread.Fold(events)).To(Succeed())
		return events
	}
	output := func(ctx context.Context, result any) []wire.Object {
		GinkgoHelper()
		events, err := page.Stream(ctx, "threads.add_client_tool_output", wire.Object{"thread_id": thread.Meta["id"], "result": result})
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.Fold(events)).To(Succeed())
		return events
	}
	isHistory := func(ctx context.Context) {
		GinkgoHelper()
		Expect(history(ctx, page, thread.Meta["id"].(string), 2)).To(Equal(thread.Items))
	}
	dark := scripted.CallTool("switch_theme", `{"theme":"dark"}`)

	It("is called there: the turn waits for what came of it, and goes on with it", func(ctx SpecContext) {
		goDark(ctx, dark, scripted.Say("It is ", "dark now."))
		item := thread.Items[len(thread.Items)-1]
		Expect(item).To(And(HaveKeyWithValue("type", "client_tool_call"), HaveKeyWithValue("status", "pending"),
			HaveKeyWithValue("name", "switch_theme"), HaveKeyWithValue("arguments", wire.Object{"theme": "dark"})))
		isHistory(ctx)
		events := output(ctx, wire.Object{"was": "light"})
		Expect(typesOf(events)[:2]).To(Equal([]string{"stream_options", "thread.item.replaced"}))
		Expect(lastOf(thread.Items, "client_tool_call")).To(And(HaveKeyWithValue("id", item["id"]), HaveKeyWithValue("status", "completed"), HaveKeyWithValue("output", wire.Object{"was": "light"})))
		Expect(textsOf(thread.Items)).To(Equal([]string{"It is dark now."}))
		isHistory(ctx)

		By("saying so when nothing waits any more")
		events = output(ctx, wire.Object{"was": "light"})
		Expect(typesOf(events)).To(Equal([]string{"error"}))
		isHistory(ctx)
	})

	It("is refused arguments that do not fit its schema, and the model asks again", func(ctx SpecContext) {
		goDark(ctx, scripted.CallTool("switch_theme", `{"theme":"pink"}`), dark, scripted.Say("Dark."))
		Expect(lastOf(thread.Items, "client_tool_call")).To(HaveKeyWithValue("arguments", wire.Object{"theme": "dark"}))
		output(ctx, nil)
		isHistory(ctx)
	})

	It("is closed when the person talks past it", func(ctx SpecContext) {
		goDark(ctx, dark, scripted.Say("Never."))
		events, err := page.Stream(ctx, "threads.add_user_message", wire.Say(thread.Meta["id"].(string), "Hello"))
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.Fold(events)).To(Succeed())
		Expect(lastOf(thread.Items, "client_tool_call")).To(And(HaveKeyWithValue("status", "completed"), HaveKeyWithValue("output", wire.Object{"skipped": true})))
		isHistory(ctx)
	})

	It("waits again when it is called again", func(ctx SpecContext) {
		goDark(ctx, dark, dark, scripted.Say("Twice."))
		output(ctx, 1)
		Expect(lastOf(thread.Items, "client_tool_call")).To(HaveKeyWithValue("status", "pending"))
		isHistory(ctx)
		output(ctx, 2)
		Expect(textsOf(thread.Items)).To(Equal([]string{"Twice."}))
		isHistory(ctx)
	})

	It("takes no more than a page may say", func(ctx SpecContext) {
		goDark(ctx, dark, scripted.Say("Dark."))
		events := output(ctx, strings.Repeat("x", 70_000))
		Expect(typesOf(events)).To(Equal([]string{"error"}))
		Expect(events[0]["message"]).To(ContainSubstring("too long"))
		isHistory(ctx)
		output(ctx, true)
		isHistory(ctx)
	})
})
