package store_test

import (
	"context"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/store"
)

var _ = Describe("Turns of a user at the same time", func() {
	var d *desk

	BeforeEach(func() { d = newDesk() })

	oneOfTwo := func(ctx context.Context) (store.Turn, error) {
		said := d.said("Hello", 0)
		said.MaxTurns = 2
		return d.Accept(ctx, said)
	}

	It("are as many as may be, and another begins when one has ended", func(ctx SpecContext) {
		first, err := oneOfTwo(ctx)
		Expect(err).NotTo(HaveOccurred())
		_, err = oneOfTwo(ctx)
		Expect(err).NotTo(HaveOccurred())
		_, err = oneOfTwo(ctx)
		Expect(err).To(MatchError(store.ErrManyTurns))
		Expect(d.count(ctx, "conversations")).To(Equal(2), "what was refused left nothing")
		d.end(ctx, first)
		_, err = oneOfTwo(ctx)
		Expect(err).NotTo(HaveOccurred())
	})

	It("are no more when they all come at the same moment", func(ctx SpecContext) {
		var wait sync.WaitGroup
		results := make(chan error, 8)
		for range cap(results) {
			wait.Go(func() {
				_, err := oneOfTwo(ctx)
				results <- err
			})
		}
		wait.Wait()
		close(results)
		accepted := 0
		for err := range results {
			if err == nil {
				accepted++
			} else {
				Expect(err).To(MatchError(store.ErrManyTurns))
			}
		}
		Expect(accepted).To(Equal(2))
	})
})
