package ids_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/internal/ids"
)

const limit = int64(1) << 53 // the greatest whole number that JSON's readers agree on

var _ = Describe("A source of ids", func() {
	at := func(text string) func() time.Time {
		t, err := time.Parse(time.RFC3339Nano, text)
		Expect(err).NotTo(HaveOccurred())
		return func() time.Time { return t }
	}

	It("orders by time, to the millisecond", func() {
		earlier := ids.New(at("2026-11-22T10:00:00.001Z")).Next()
		later := ids.New(at("2026-11-22T10:00:00.002Z")).Next()
		Expect(later).To(BeNumerically(">", earlier))
		Expect(later>>12 - earlier>>12).To(Equal(int64(1)))
	})

	It("gives different ids in two processes at the same moment, nearly always", func() {
		seen := map[int64]bool{}
		for range 50 {
			seen[ids.New(at("2026-11-22T10:00:00Z")).Next()] = true
		}
		Expect(len(seen)).To(BeNumerically(">", 40))
	})

	DescribeTable("stays within what JSON numbers carry",
		func(now string) {
			id := ids.New(at(now)).Next()
			Expect(id).To(BeNumerically(">", 0))
			Expect(id).To(BeNumerically("<", limit))
		},
		Entry("before its epoch", "1999-01-01T00:00:00Z"),
		Entry("at its epoch", "2025-01-01T00:00:00Z"),
		Entry("in the last year it is good for", "2094-01-01T00:00:00Z"),
	)

	It("never gives an id twice to goroutines side by side", func() {
		source := ids.New(at("2026-11-22T10:00:00Z"))
		const workers, each = 8, 2000
		given := make([][]int64, workers)
		var group sync.WaitGroup
		for i := range workers {
			group.Go(func() {
				for range each {
					given[i] = append(given[i], source.Next())
				}
			})
		}
		group.Wait()
		for _, own := range given {
			Expect(slices.IsSorted(own)).To(BeTrue())
		}
		all := slices.Concat(given...)
		slices.Sort(all)
		Expect(slices.Compact(all)).To(HaveLen(workers * each))
	})
})

// Law: whatever the clock does, each id is greater than the one before.
func TestNextGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.UnixMilli(rapid.Int64Range(0, 3_000_000_000_000).Draw(t, "start"))
		source := ids.New(func() time.Time { return now })
		last := int64(-1)
		for range rapid.IntRange(1, 200).Draw(t, "ids") {
			now = now.Add(time.Duration(rapid.Int64Range(-5000, 5000).Draw(t, "step")) * time.Millisecond)
			next := source.Next()
			if next <= last || next >= limit {
				t.Fatalf("after %d came %d", last, next)
			}
			last = next
		}
	})
}
