package e2e_test

import (
	"context"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// bearer adds a user's token to every request.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

var _ = Describe("toolserver on its own", func() {
	use := func(ctx context.Context, user string, transport mcp.Transport) {
		GinkgoHelper()
		session, err := mcp.NewClient(&mcp.Implementation{Name: "spec", Version: "1"}, nil).Connect(ctx, transport, nil)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(session.Close)
		list, err := session.ListTools(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
		var names []string
		for _, tool := range list.Tools {
			names = append(names, tool.Name)
		}
		Expect(names).To(ConsistOf("add_task", "list_tasks", "find_task_by_name", "complete_task", "update_task", "delete_task"))

		added, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "add_task", Arguments: map[string]any{"title": "  From an MCP client "}})
		Expect(err).NotTo(HaveOccurred())
		Expect(added.IsError).To(BeFalse())
		Expect(added.StructuredContent).To(HaveKeyWithValue("title", "From an MCP client"))
		Expect(tasksOf(ctx, user)).To(HaveLen(1))

		refused, err := session.CallTool(ctx, &mcp.CallToolParams{
			Name: "add_task", Arguments: map[string]any{"title": "x", "user_id": "somebody else"},
		})
		Expect(err != nil || refused.IsError).To(BeTrue(), "an argument user_id must be refused")
		Expect(tasksOf(ctx, "somebody else")).To(BeEmpty())
	}

	It("serves an MCP client over HTTP, with a user's token made for it", func(ctx SpecContext) {
		user := newUser("mia")
		token, err := system.Token(ctx, user, "taskpilot-tools")
		Expect(err).NotTo(HaveOccurred())
		use(ctx, user, &mcp.StreamableClientTransport{
			Endpoint: system.Toolserver.URL + "/mcp", HTTPClient: &http.Client{Transport: bearer(token)},
		})
	})

	It("refuses a user's token that was made for the chat", func(ctx SpecContext) {
		token, err := system.Token(ctx, newUser("mia"), "")
		Expect(err).NotTo(HaveOccurred())
		_, err = mcp.NewClient(&mcp.Implementation{Name: "spec", Version: "1"}, nil).Connect(ctx, &mcp.StreamableClientTransport{
			Endpoint: system.Toolserver.URL + "/mcp", HTTPClient: &http.Client{Transport: bearer(token)}, MaxRetries: -1,
		}, nil)
		Expect(err).To(HaveOccurred())
	})

	It("serves an MCP client over stdio, for one user", func(ctx SpecContext) {
		dir := GinkgoT().TempDir()
		build := exec.CommandContext(ctx, "go", "build", "-o", dir, "./toolserver")
		build.Dir = launcher.Root
		Expect(build.Run()).To(Succeed())
		user := newUser("mia")
		command := exec.Command(filepath.Join(dir, "toolserver"), "--stdio", "--user", user)
		command.Env = []string{"DATABASE_URL=" + toolserverDSN()}
		command.Stderr = GinkgoWriter
		use(ctx, user, &mcp.CommandTransport{Command: command})
	})
})

// toolserverDSN is the database as toolserver reaches it in this spec: the migrating role that becomes toolserver's.
func toolserverDSN() string {
	GinkgoHelper()
	dsn, err := url.Parse(system.Postgres.DSN)
	Expect(err).NotTo(HaveOccurred())
	query := dsn.Query()
	query.Set("options", "-c role=taskpilot_toolserver")
	dsn.RawQuery = query.Encode()
	return dsn.String()
}
