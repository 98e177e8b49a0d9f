package main_test

import (
	"context"
	"os/exec"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"
)

// attach starts the program on stdio for a user, as an MCP client does.
func attach(ctx context.Context, user string) (*mcp.ClientSession, *gbytes.Buffer) {
	GinkgoHelper()
	command := exec.Command(binary, "--stdio", "--user", user)
	command.Env = []string{database()}
	log := gbytes.NewBuffer()
	command.Stderr = log
	session, err := mcp.NewClient(&mcp.Implementation{Name: "specs", Version: "1"}, nil).
		Connect(context.WithoutCancel(ctx), &mcp.CommandTransport{Command: command}, nil)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(session.Close)
	return session, log
}

var _ = Describe("toolserver over stdio", func() {
	It("serves the user who was named, and nobody else's tasks", func(ctx SpecContext) {
		user := newUser()
		alice, log := attach(ctx, user)
		task, failed := call(ctx, alice, "add_task", map[string]any{"title": "Buy groceries"})
		Expect(failed).To(BeFalse())
		found, failed := call(ctx, alice, "find_task_by_name", map[string]any{"name": "groceries"})
		Expect(failed).To(BeFalse())
		Expect(found).To(Equal(task))
		Expect(log).To(gbytes.Say(`"tool":"add_task"`))

		bob, _ := attach(ctx, newUser())
		refused, failed := call(ctx, bob, "complete_task", map[string]any{"task_id": task["task_id"]})
		Expect(failed).To(BeTrue())
		Expect(refused).To(HaveKeyWithValue("code", "not_found"))
	})

	It("refuses an argument that names another user", func(ctx SpecContext) {
		alice, _ := attach(ctx, newUser())
		refused, failed := call(ctx, alice, "list_tasks", map[string]any{"user_id": "bob"})
		Expect(failed).To(BeTrue())
		Expect(refused).To(HaveKeyWithValue("field", "user_id"))
	})

	It("speaks only MCP on stdout, and ends well when stdin does", func(ctx SpecContext) {
		command := exec.Command(binary, "--stdio", "--user", newUser())
		command.Env = []string{database()}
		command.Stdin = strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",` +
			`"capabilities":{},"clientInfo":{"name":"hand","version":"1"}}}` + "\n")
		session, err := gexec.Start(command, GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, session).WithTimeout(10 * time.Second).Should(gexec.Exit(0))
		for line := range strings.Lines(string(session.Out.Contents())) {
			Expect(line).To(HavePrefix(`{"jsonrpc":"2.0"`))
		}
	})

	It("ends when it is told to", func(ctx SpecContext) {
		command := exec.Command(binary, "--stdio", "--user", newUser())
		command.Env = []string{database()}
		open, err := command.StdinPipe()
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { _ = open.Close() }) // the program may have closed it
		session, err := gexec.Start(command, GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, session.Err).Should(gbytes.Say("serving on stdio"))
		session.Terminate()
		Eventually(ctx, session).WithTimeout(10 * time.Second).Should(gexec.Exit(0))
	})
})
