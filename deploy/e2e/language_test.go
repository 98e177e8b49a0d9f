package e2e_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

var _ = Describe("A reader's language", func() {
	It("words one thread in German and in English, the same live as after a reload", func(ctx SpecContext) {
		english := pageOf(ctx, newUser("greta"))
		german := english
		german.Header = http.Header{"Accept-Language": {"de-DE,de;q=0.9,en;q=0.8"}}

		thread, events := create(ctx, german, "Add a task to buy groceries")
		say(ctx, german, thread, "Show me all my tasks")
		id := thread.Meta["id"].(string)
		Expect(textsOf(thread.Items)).To(ContainElement("✓ Aufgabe angelegt: Buy groceries"))
		Expect(events).To(ContainElement(HaveKeyWithValue("text", "Lege die Aufgabe an …")))
		Expect(history(ctx, german, id, 2)).To(Equal(thread.Items))

		inEnglish := history(ctx, english, id, 20)
		Expect(textsOf(inEnglish)).To(ContainElement("✓ Task created: Buy groceries"))
		copies := func(items []wire.Object) (texts []any) {
			for _, item := range items {
				if item["type"] == "widget" {
					texts = append(texts, item["copy_text"])
				}
			}
			return texts
		}
		Expect(copies(thread.Items)).To(HaveExactElements(HavePrefix("Deine Aufgaben: 1 offen, 0 erledigt\n")))
		Expect(copies(inEnglish)).To(HaveExactElements(HavePrefix("Your tasks: 1 open, 0 done\n")))
		for i, item := range thread.Items {
			Expect(inEnglish[i]).To(HaveKeyWithValue("id", item["id"]), "the items are the same in every language")
		}
	})

	It("words what goes wrong", func(ctx SpecContext) {
		page := pageOf(ctx, newUser("greta"))
		page.Header = http.Header{"Accept-Language": {"de"}}
		events, err := page.Stream(ctx, "threads.add_user_message", wire.Say("thr_1", "hallo"))
		Expect(err).NotTo(HaveOccurred())
		Expect(events).To(HaveExactElements(HaveKeyWithValue("message", "Diese Unterhaltung gibt es nicht mehr. Bitte fang eine neue an.")))
		_, err = page.Call(ctx, "threads.get_by_id", wire.Object{"thread_id": "thr_1"})
		Expect(err).To(HaveField("Body", And(HaveKeyWithValue("code", "not_found"), HaveKeyWithValue("detail", "Hier ist nichts."))))
	})
})
