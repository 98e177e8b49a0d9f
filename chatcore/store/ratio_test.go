package store_test

import (
	"context"
	"database/sql/driver"
	"fmt"
	"os"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
)

// SPECS=all go test ./chatcore/store -ginkgo.focus 'Row-level security' -ginkgo.v says what is measured.
var _ = Describe("Row-level security", Serial, Ordered, func() {
	var desks []*desk // with it, without it, and without transactions either

	BeforeAll(func(ctx SpecContext) {
		if os.Getenv("SPECS") != "all" {
			Skip("measuring takes a while: SPECS=all, as CI has it")
		}
		open := func(dsn string, wrap func(driver.Connector) driver.Connector) {
			db, err := ownerdb.Open(dsn, ownerdb.Options{MaxConns: 1, Wrap: wrap})
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(db.Close)
			d := &desk{user: newUser(), db: db, clock: newClock(), ids: &fixedIDs{then: ids.New(time.Now)}}
			d.Store = store.New(db, d.ids, time.Now)
			for range 50 {
				d.exchange(ctx, "Hello", 0)
			}
			desks = append(desks, d)
		}
		bare := pgtest.Bare(GinkgoTB())
		open(pgtest.Fresh(GinkgoTB()).Chatcore, nil)
		open(bare.Chatcore, pgtest.Unowned)
		open(bare.Chatcore, pgtest.Untransacted)
	})

	DescribeTable("costs less than half of what a request costs without it, its transaction included",
		func(ctx SpecContext, request func(context.Context, *desk)) {
			var things []func()
			for _, d := range desks {
				things = append(things, func() { request(ctx, d) })
			}
			pgtest.Medians(50, things...) // prepared, and warm
			took := pgtest.Medians(500, things...)
			ratio := func(than time.Duration) float64 { return float64(took[0]) / float64(than) }
			AddReportEntry("measured", fmt.Sprintf("%v with, %v in transactions without (%.2f), %v without transactions (%.2f)",
				took[0], took[1], ratio(took[1]), took[2], ratio(took[2])))
			Expect(ratio(took[1])).To(BeNumerically("<", 1.5))
			Expect(ratio(took[2])).To(BeNumerically("<", 2.5), "loosely: other work on this machine moves it")
		},
		Entry("a turn with a tool call", func(ctx context.Context, d *desk) {
			turn := d.accept(ctx, d.said("Hello", 0))
			step := d.reply(ctx, turn, 1, "", "add_task")
			d.record(ctx, step.ToolCalls[0])
			d.reply(ctx, turn, 2, "Done.")
			d.end(ctx, turn)
		}),
		Entry("a list of conversations", func(ctx context.Context, d *desk) {
			list, _, err := d.Conversations(ctx, d.user, store.Page{Limit: 20})
			Expect(err).NotTo(HaveOccurred())
			Expect(list).To(HaveLen(20))
		}),
		Entry("a conversation with its messages", func(ctx context.Context, d *desk) {
			list, _, err := d.Conversations(ctx, d.user, store.Page{Limit: 1})
			Expect(err).NotTo(HaveOccurred())
			page, err := d.Messages(ctx, d.user, list[0].ID, store.Page{Limit: 20})
			Expect(err).NotTo(HaveOccurred())
			Expect(page.Data).To(ContainElement(HaveField("Role", api.RoleAssistant)))
		}),
	)
})
