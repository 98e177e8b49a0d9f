package tasks_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/ownerdb"
	"taskpilot/toolserver/tasks"
)

var _ = Describe("Finding a task by its name", func() {
	var d *desk

	BeforeEach(func() { d = newDesk() })

	type input struct {
		titles []string
		name   string
		found  string
	}
	DescribeTable("gives the one that is meant", func(ctx SpecContext, in input) {
		for _, title := range in.titles {
			d.add(ctx, title)
		}
		task, err := d.find(ctx, in.name)
		Expect(err).NotTo(HaveOccurred())
		Expect(task.Title).To(Equal(in.found))
	},
		Entry("with a part of the title", input{[]string{"Buy groceries", "Call Ada"}, "grocer", "Buy groceries"}),
		Entry("in another case", input{[]string{"Buy groceries", "Call Ada"}, "CALL ADA", "Call Ada"}),
		Entry("with the exact title, though others contain it", input{[]string{"Milk", "Buy milk", "Milk the cow"}, " milk ", "Milk"}),
		Entry("in another case outside ASCII", input{[]string{"Äpfel schälen", "Birnen"}, "ÄPFEL", "Äpfel schälen"}),
		Entry("in another case that is longer", input{[]string{"Straße fegen"}, "STRASSE", "Straße fegen"}),
		Entry("with accents that are written as two characters", input{[]string{"Caf\u00e9 putzen"}, "cafe\u0301", "Caf\u00e9 putzen"}),
		Entry("with a percent sign, which is no wildcard", input{[]string{"Give 100%", "Give 1000"}, "100%", "Give 100%"}),
		Entry("with an underscore, which is no wildcard", input{[]string{"snake_case", "snakeXcase"}, "snake_", "snake_case"}),
		Entry("with a backslash", input{[]string{`C:\temp`, "C:temp"}, `:\t`, `C:\temp`}),
		Entry("with a quote", input{[]string{"Ada's book", "Book"}, "a's b", "Ada's book"}),
	)

	It("finds completed tasks too", func(ctx SpecContext) {
		task := d.add(ctx, "Buy milk")
		done, err := d.complete(ctx, task.ID, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(d.find(ctx, "milk")).To(Equal(done))
	})

	It("names the candidates when several contain the name, the newest first", func(ctx SpecContext) {
		oats, milk := d.add(ctx, "Buy oat milk"), d.add(ctx, "Buy milk")
		_, err := d.complete(ctx, oats.ID, nil)
		Expect(err).NotTo(HaveOccurred())
		_, err = d.find(ctx, "milk")
		Expect(err).To(failWith(tasks.CodeAmbiguous))
		failure := err.(*tasks.Failure) //nolint:errorlint,forcetypeassert // matched above
		Expect(failure.Candidates).To(Equal([]tasks.Candidate{
			{ID: milk.ID, Title: "Buy milk"}, {ID: oats.ID, Title: "Buy oat milk", Completed: true}}))
		Expect(failure.Message).To(Equal(fmt.Sprintf(`2 tasks match "milk": "Buy milk" (task_id %d), `+
			`"Buy oat milk" (task_id %d, completed). Ask which one is meant, then use its task_id.`, milk.ID, oats.ID)))
	})

	It("is ambiguous when several have the exact title, and leaves out those that only contain it", func(ctx SpecContext) {
		d.add(ctx, "milk")
		d.add(ctx, "Buy milk")
		d.add(ctx, "Milk")
		_, err := d.find(ctx, "MILK")
		Expect(err).To(failWith(tasks.CodeAmbiguous))
		failure := err.(*tasks.Failure) //nolint:errorlint,forcetypeassert // matched above
		Expect(failure.Matches).To(Equal(2))
		Expect(failure.Candidates).To(HaveLen(2))
	})

	It("names ten candidates at most, and says how many match", func(ctx SpecContext) {
		for i := range 12 {
			d.add(ctx, fmt.Sprint("milk ", i))
		}
		_, err := d.find(ctx, "milk")
		failure := err.(*tasks.Failure) //nolint:errorlint,forcetypeassert // fails the spec otherwise
		Expect(failure.Matches).To(Equal(12))
		Expect(failure.Candidates).To(HaveLen(tasks.MaxCandidates))
		Expect(failure.Message).To(And(HavePrefix("12 tasks match"), ContainSubstring("and 2 more")))
	})

	It("says when none matches", func(ctx SpecContext) {
		d.add(ctx, "Buy milk")
		_, err := d.find(ctx, "tea")
		Expect(err).To(failWith(tasks.CodeNotFound))
		Expect(err).To(MatchError(ContainSubstring(`"tea"`)))
	})

	It("goes through more titles than it holds at a time", func(ctx SpecContext) {
		d.add(ctx, "The needle")
		Expect(d.db.As(ctx, d.user, func(tx *ownerdb.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO tasks (user_id, task_id, title, created_at, updated_at)
				SELECT $1, 1::bigint << 52 | n, 'hay ' || n, now(), now() FROM generate_series(1, 1200) n`, d.user)
			return err
		})).To(Succeed())
		task, err := d.find(ctx, "needle")
		Expect(err).NotTo(HaveOccurred())
		Expect(task.Title).To(Equal("The needle"))
		_, err = d.find(ctx, "hay")
		Expect(err).To(MatchError(HavePrefix("1200 tasks match")))
	})
})
