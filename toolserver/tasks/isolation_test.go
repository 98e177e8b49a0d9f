package tasks_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/ownerdb"
	"taskpilot/toolserver/tasks"
)

var _ = Describe("Another user's tasks", func() {
	var (
		alice, mallory *desk
		task           tasks.Task
	)

	BeforeEach(func(ctx SpecContext) {
		alice = newDesk()
		mallory = alice.of(newUser())
		task = alice.add(ctx, "Secret plan")
	})

	It("are not found, whatever is tried", func(ctx SpecContext) {
		never := task.ID + 1
		for _, try := range []func(id int64) error{
			func(id int64) error { _, err := mallory.complete(ctx, id, nil); return err },
			func(id int64) error {
				_, err := mallory.update(ctx, id, tasks.Change{Title: ptr(aTitle("Mine"))})
				return err
			},
			func(id int64) error { _, err := mallory.delete(ctx, id); return err },
		} {
			theirs, nobodys := try(task.ID), try(never)
			Expect(theirs).To(failWith(tasks.CodeNotFound))
			Expect(nobodys).To(failWith(tasks.CodeNotFound))
		}
		_, err := mallory.find(ctx, "Secret plan")
		Expect(err).To(failWith(tasks.CodeNotFound))
		Expect(mallory.list(ctx, tasks.All).Total).To(BeZero())
		Expect(alice.list(ctx, tasks.All).Tasks).To(Equal([]tasks.Task{task}))
	})

	It("may have the same id as one's own", func(ctx SpecContext) {
		mallory.store = tasks.NewStore(alice.db, &fixedIDs{task.ID}, alice.clock.Now)
		Expect(mallory.add(ctx, "Other plan").ID).To(Equal(task.ID))
		_, err := mallory.delete(ctx, task.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(alice.list(ctx, tasks.All).Tasks).To(Equal([]tasks.Task{task}))
	})

	It("may have been changed under the same call key", func(ctx SpecContext) {
		act := func(ctx context.Context, book *tasks.Book) (any, error) {
			return book.Add(ctx, aTitle("x"), tasks.Description{})
		}
		first, err := alice.store.Once(ctx, alice.user, aCall("k", "add_task", "{}"), act)
		Expect(err).NotTo(HaveOccurred())
		second, err := mallory.store.Once(ctx, mallory.user, aCall("k", "add_task", "{}"), act)
		Expect(err).NotTo(HaveOccurred())
		Expect(second).NotTo(Equal(first))
		Expect(mallory.list(ctx, tasks.All).Total).To(Equal(1))
	})

	Context("when a statement forgets its WHERE user_id", func() {
		It("stay out of sight and out of reach", func(ctx SpecContext) {
			_, err := alice.store.Once(ctx, alice.user, aCall("k", "add_task", "{}"),
				func(ctx context.Context, book *tasks.Book) (any, error) { return book.Complete(ctx, task.ID, nil) })
			Expect(err).NotTo(HaveOccurred())
			Expect(alice.db.As(ctx, mallory.user, func(tx *ownerdb.Tx) error {
				var tasks, effects int
				Expect(tx.Get(ctx, &tasks, `SELECT count(*) FROM tasks`)).To(Succeed())
				Expect(tx.Get(ctx, &effects, `SELECT count(*) FROM tool_effects`)).To(Succeed())
				Expect([]int{tasks, effects}).To(Equal([]int{0, 0}))
				Expect(tx.Exec(ctx, `UPDATE tasks SET title = 'mine'`)).To(BeZero())
				Expect(tx.Exec(ctx, `DELETE FROM tasks`)).To(BeZero())
				return nil
			})).To(Succeed())
		})

		It("cannot be written in the other's name", func(ctx SpecContext) {
			err := alice.db.As(ctx, mallory.user, func(tx *ownerdb.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO tasks (user_id, task_id, title, created_at, updated_at)
					VALUES ($1, 1, 'planted', now(), now())`, alice.user)
				return err
			})
			Expect(err).To(MatchError(ContainSubstring("row-level security")))
		})
	})
})
