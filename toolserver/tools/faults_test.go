package tools_test

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"taskpilot/internal/ownerdb"
	"taskpilot/toolserver/tasks"
	"taskpilot/toolserver/tools"
)

// stubStore does what it is told instead of what the call asks for.
type stubStore struct {
	answer func(call *tasks.Call) (json.RawMessage, error)
}

func (s stubStore) Do(context.Context, string, tasks.Act) (json.RawMessage, error) {
	return s.answer(nil)
}

func (s stubStore) Look(context.Context, string, tasks.Act) (json.RawMessage, error) {
	return s.answer(nil)
}

func (s stubStore) Once(_ context.Context, _ string, call tasks.Call, _ tasks.Act) (json.RawMessage, error) {
	return s.answer(&call)
}

// deserted has its caller leave in the middle of each call.
type deserted struct{ leave func() }

func (d deserted) Do(ctx context.Context, _ string, _ tasks.Act) (json.RawMessage, error) {
	d.leave()
	<-ctx.Done()
	return nil, fmt.Errorf("adding a task: %w", ctx.Err())
}

func (d deserted) Look(ctx context.Context, _ string, _ tasks.Act) (json.RawMessage, error) {
	d.leave()
	<-ctx.Done()
	return nil, fmt.Errorf("adding a task: %w", ctx.Err())
}

func (d deserted) Once(ctx context.Context, user string, _ tasks.Call, act tasks.Act) (json.RawMessage, error) {
	return d.Do(ctx, user, act)
}

var _ = Describe("A fault that is ours", func() {
	const secret = "pq: password authentication failed for user taskpilot"
	var logged *gbytes.Buffer

	BeforeEach(func() { logged = gbytes.NewBuffer() })

	through := func(ctx context.Context, store tools.Store) *client {
		GinkgoHelper()
		c, err := dial(ctx, tools.Options{Store: store, Log: slog.New(slog.NewTextHandler(logged, nil)),
			Caller: func(*mcp.CallToolRequest) (string, bool) { return "alice", true }})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { _ = c.session.Close() })
		return c
	}

	It("is told as such, and only the log has its cause", func(ctx SpecContext) {
		c := through(ctx, stubStore{func(*tasks.Call) (json.RawMessage, error) { return nil, errors.New(secret) }})
		r := c.call(ctx, "list_tasks", `{}`)
		Expect(failure(r).Code).To(Equal(tasks.CodeInternal))
		Expect(r.Words + string(r.Structured)).NotTo(ContainSubstring("pq"))
		Expect(logged).To(gbytes.Say("password authentication failed"))
	})

	It("does not end the process when it is a panic, and the next call is answered", func(ctx SpecContext) {
		broken := true
		c := through(ctx, stubStore{func(*tasks.Call) (json.RawMessage, error) {
			if broken {
				panic(secret)
			}
			return json.RawMessage(`{}`), nil
		}})
		r := c.call(ctx, "list_tasks", `{}`)
		Expect(failure(r).Code).To(Equal(tasks.CodeInternal))
		Expect(r.Words + string(r.Structured)).NotTo(ContainSubstring("pq"))
		Expect(logged).To(gbytes.Say("panic"))
		broken = false
		Expect(c.call(ctx, "list_tasks", `{}`).Failed).To(BeFalse())
	})

	It("is told without a database's words when the database is away", func(ctx SpecContext) {
		db, err := ownerdb.Open("host=/nowhere user=nobody dbname=none", ownerdb.Options{})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(db.Close)
		r := through(ctx, tasks.NewStore(db, &counter{}, nil)).call(ctx, "add_task", `{"title":"x"}`)
		Expect(failure(r)).To(Equal(tasks.Failure{Code: "internal",
			Message: "The tasks cannot be reached right now. Try again in a moment."}))
	})

	It("is no result when the database goes away under a call with a key: it may have acted", func(ctx SpecContext) {
		away := true
		c := through(ctx, stubStore{func(*tasks.Call) (json.RawMessage, error) {
			if away {
				return nil, fmt.Errorf("committing: %w", driver.ErrBadConn)
			}
			return json.RawMessage(`{}`), nil
		}})
		_, err := c.send(ctx, "add_task", `{"title":"x"}`, "k")
		var answer *jsonrpc.Error
		Expect(errors.As(err, &answer)).To(BeTrue(), "%v", err)
		Expect(answer.Code).To(And(BeNumerically(">=", -32099), BeNumerically("<=", -32000)), "asks to be sent again")
		Expect(answer.Message).To(ContainSubstring("Send it again"))
		Expect(failure(c.call(ctx, "add_task", `{"title":"x"}`)).Code).To(Equal(tasks.CodeInternal), "without a key nobody may send it again")
		away = false
		Expect(c.keyed(ctx, "add_task", `{"title":"x"}`, "k").Failed).To(BeFalse())
	})

	It("is none when the caller left", func(ctx SpecContext) {
		calling, leave := context.WithCancel(ctx)
		c := through(ctx, deserted{leave})
		_, err := c.send(calling, "add_task", `{"title":"x"}`, "k")
		Expect(err).To(MatchError(context.Canceled))
		Eventually(ctx, logged).WithTimeout(10 * time.Second).Should(gbytes.Say("the caller left"))
		Expect(string(logged.Contents())).NotTo(ContainSubstring("level=ERROR"))
	})

	It("keeps what people write out of the log", func(ctx SpecContext) {
		c := through(ctx, newStore())
		c.call(ctx, "add_task", `{"title":"my secret wish"}`)
		c.call(ctx, "find_task_by_name", `{"name":"my secret wi"}`)
		c.call(ctx, "add_task", `{"title":"`+strings.Repeat("secret", 40)+`"}`)
		Expect(logged).To(gbytes.Say("tool call"))
		Expect(string(logged.Contents())).NotTo(ContainSubstring("secret"))
	})
})
