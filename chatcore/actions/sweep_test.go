package actions_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/actions"
	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
)

// counter is a tool server with one tool, which counts; one key counts once.
type counter struct {
	mu     sync.Mutex
	counts map[string]int
	panics bool
}

func (c *counter) List(context.Context, agent.Caller) ([]agent.Tool, error) {
	return []agent.Tool{{Name: "count"}}, nil
}

func (c *counter) Call(_ context.Context, _ agent.Caller, request agent.ToolRequest) (agent.Outcome, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.panics {
		panic("a fault of the specs' own")
	}
	c.counts[request.Key]++
	return agent.Outcome{Result: json.RawMessage(`{"n":1}`)}, nil
}

type noTurns struct{}

func (noTurns) MakeWay(context.Context, string, int64) error { return nil }

var _ = Describe("An action whose replica died", func() {
	var (
		kept     *store.Store
		tools    *counter
		doing    *actions.Actions
		user     string
		in       int64
		log      *slog.Logger
		sweeping context.CancelFunc
	)
	BeforeEach(func(ctx SpecContext) {
		db, err := ownerdb.Open(pgtest.Database(GinkgoTB()).Chatcore, ownerdb.Options{})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(db.Close)
		kept = store.New(db, ids.New(time.Now), time.Now)
		tools, user, log = &counter{counts: map[string]int{}}, "user|"+rand.Text(), slog.New(slog.NewJSONHandler(GinkgoWriter, nil))
		conversation, err := kept.CreateConversation(ctx, user, "")
		Expect(err).NotTo(HaveOccurred())
		in = conversation.ID
		doing = actions.New(kept, tools, noTurns{}, actions.Config{Lease: 200 * time.Millisecond}, log)
		var swept context.Context
		swept, sweeping = context.WithCancel(context.WithoutCancel(ctx))
		DeferCleanup(func(ctx SpecContext) {
			sweeping()
			doing.Close(ctx)
		})
		go doing.Sweep(swept)
	})
	left := func(ctx context.Context, key string) store.StoredAction {
		GinkgoHelper()
		action, err := kept.BeginAction(ctx, store.NewAction{
			UserID: user, ConversationID: in, Tool: "count", Parameters: json.RawMessage(`{}`), Key: key, Hash: []byte("h"), Lease: time.Millisecond,
		})
		Expect(err).NotTo(HaveOccurred())
		return action
	}
	status := func(ctx context.Context, id int64) func() api.CallStatus {
		return func() api.CallStatus {
			action, err := kept.LoadAction(ctx, user, id)
			Expect(err).NotTo(HaveOccurred())
			return action.Record.Status
		}
	}

	It("is done by another one with its key", func(ctx SpecContext) {
		action := left(ctx, "")
		Eventually(ctx, status(ctx, action.ID)).Should(Equal(api.CallExecuted))
		Expect(tools.counts).To(HaveKey(action.CallKey))
	})

	It("is the one that the same request finds", func(ctx SpecContext) {
		action := left(ctx, "k")
		found, err := doing.Do(ctx, actions.Request{
			Caller: agent.Caller{UserID: user}, ConversationID: in, Tool: "count", Parameters: json.RawMessage(`{}`), Key: "k", Hash: []byte("h"),
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(found.ID).To(Equal(action.ID))
		Expect(found.Record.Status).To(Equal(api.CallExecuted))
	})

	It("ends as lost when it cannot be done", func(ctx SpecContext) {
		tools.panics = true
		action := left(ctx, "")
		Eventually(ctx, status(ctx, action.ID)).Should(Equal(api.CallFailed))
	})

	It("is none of a replica's that goes down", func(ctx SpecContext) {
		doing.Close(ctx)
		_, err := doing.Do(ctx, actions.Request{Caller: agent.Caller{UserID: user}, ConversationID: in, Tool: "count"})
		Expect(err).To(MatchError(actions.ErrGoingDown))
	})
})
