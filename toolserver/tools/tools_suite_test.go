package tools_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
	"taskpilot/toolserver/tasks"
	"taskpilot/toolserver/tools"
)

func TestTools(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Tools")
}

// openStore gives a store on the real database.
func openStore(clock func() time.Time, ids tasks.IDs) *tasks.Store {
	GinkgoHelper()
	db, err := ownerdb.Open(pgtest.Database(GinkgoTB()).Toolserver, ownerdb.Options{})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	return tasks.NewStore(db, ids, clock)
}

func newStore() *tasks.Store {
	GinkgoHelper()
	return openStore(time.Now, ids.New(time.Now))
}

// newUser names somebody who has no tasks yet.
func newUser() string { return "user|" + rand.Text() }

// client is an MCP client that talks to a server of its own, as one user.
type client struct {
	session *mcp.ClientSession
}

func connect(ctx context.Context, store tools.Store, user string) *client {
	GinkgoHelper()
	c, err := dial(ctx, tools.Options{
		Store:   store,
		Caller:  func(*mcp.CallToolRequest) (string, bool) { return user, user != "" },
		Log:     slog.New(slog.NewTextHandler(GinkgoWriter, nil)),
		Version: "test",
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { _ = c.session.Close() })
	return c
}

// dial outlives ctx: what ends the connection is closing the session.
func dial(ctx context.Context, options tools.Options) (*client, error) {
	ctx = context.WithoutCancel(ctx)
	here, there := mcp.NewInMemoryTransports()
	if _, err := tools.NewServer(options).Connect(ctx, there, nil); err != nil {
		return nil, err
	}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "specs", Version: "1"}, nil).Connect(ctx, here, nil)
	return &client{session}, err
}

// reply is a tool's result as a client sees it.
type reply struct {
	Failed     bool
	Words      string
	Structured json.RawMessage
}

// send calls a tool; arguments are JSON as it goes over the wire. key may be nil.
func (c *client) send(ctx context.Context, tool, arguments string, key any) (reply, error) {
	params := &mcp.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)}
	if key != nil {
		params.Meta = mcp.Meta{tools.KeyName: key}
	}
	result, err := c.session.CallTool(ctx, params)
	if err != nil {
		return reply{}, err
	}
	structured, err := json.Marshal(result.StructuredContent)
	if err != nil {
		return reply{}, err
	}
	r := reply{Failed: result.IsError, Structured: structured}
	if len(result.Content) == 1 {
		if text, ok := result.Content[0].(*mcp.TextContent); ok {
			r.Words = text.Text
		}
	}
	return r, nil
}

// call is send for a call that must be answered.
func (c *client) call(ctx context.Context, tool, arguments string) reply {
	GinkgoHelper()
	return c.keyed(ctx, tool, arguments, nil)
}

func (c *client) keyed(ctx context.Context, tool, arguments string, key any) reply {
	GinkgoHelper()
	r, err := c.send(ctx, tool, arguments, key)
	Expect(err).NotTo(HaveOccurred())
	return r
}

// add adds a task and gives it.
func (c *client) add(ctx context.Context, title string) tasks.Task {
	GinkgoHelper()
	return read[tasks.Task](c.call(ctx, "add_task", object{"title": title}.JSON()))
}

func (c *client) list(ctx context.Context) tasks.List {
	GinkgoHelper()
	return read[tasks.List](c.call(ctx, "list_tasks", `{}`))
}

// read reads the answer of a call that must have gone well.
func read[T any](r reply) T {
	GinkgoHelper()
	Expect(r.Failed).To(BeFalse(), r.Words)
	var value T
	Expect(json.Unmarshal(r.Structured, &value)).To(Succeed())
	return value
}

// failure reads the failure of a call that must have failed.
func failure(r reply) tasks.Failure {
	GinkgoHelper()
	Expect(r.Failed).To(BeTrue(), r.Words)
	var value tasks.Failure
	Expect(json.Unmarshal(r.Structured, &value)).To(Succeed())
	Expect(value.Message).To(Equal(r.Words))
	return value
}

// object writes arguments.
type object map[string]any

func (o object) JSON() string {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err) // a spec wrote what cannot be JSON
	}
	return string(text)
}
