package tools_test

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The list of tools", func() {
	var listed []*mcp.Tool

	BeforeEach(func(ctx SpecContext) {
		result, err := connect(ctx, nil, "alice").session.ListTools(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
		listed = result.Tools
	})

	It("has six tools", func() {
		var names []string
		for _, tool := range listed {
			names = append(names, tool.Name)
		}
		Expect(names).To(ConsistOf("add_task", "list_tasks", "find_task_by_name", "complete_task", "update_task", "delete_task"))
	})

	// The snapshots are what callers and models depend on. UPDATE_SNAPSHOTS=1 go test ./toolserver/tools writes them anew.
	It("is the one that was reviewed", func() {
		for _, tool := range listed {
			text, err := json.MarshalIndent(tool, "", "  ")
			Expect(err).NotTo(HaveOccurred())
			path := filepath.Join("testdata", "tools", tool.Name+".json")
			if os.Getenv("UPDATE_SNAPSHOTS") != "" {
				Expect(os.MkdirAll(filepath.Dir(path), 0o755)).To(Succeed())
				Expect(os.WriteFile(path, append(text, '\n'), 0o644)).To(Succeed())
			}
			reviewed, err := os.ReadFile(path)
			Expect(err).NotTo(HaveOccurred())
			Expect(text).To(MatchJSON(reviewed), tool.Name)
		}
	})

	It("names and describes each tool, and says what it does to the tasks", func() {
		for _, tool := range listed {
			Expect(tool.Title).NotTo(BeEmpty())
			Expect(tool.Description).NotTo(BeEmpty())
			Expect(tool.Annotations.DestructiveHint).NotTo(BeNil())
			Expect(tool.Annotations.OpenWorldHint).To(HaveValue(BeFalse()))
		}
	})

	type hints struct{ readOnly, destructive, idempotent bool }
	DescribeTable("has the right hints", func(name string, want hints) {
		for _, tool := range listed {
			if tool.Name == name {
				Expect(hints{tool.Annotations.ReadOnlyHint, *tool.Annotations.DestructiveHint, tool.Annotations.IdempotentHint}).To(Equal(want))
				return
			}
		}
		Fail("there is no such tool")
	},
		Entry("adding makes another task each time", "add_task", hints{}),
		Entry("listing reads", "list_tasks", hints{readOnly: true, idempotent: true}),
		Entry("finding reads", "find_task_by_name", hints{readOnly: true, idempotent: true}),
		Entry("completing toggles, and nothing is lost", "complete_task", hints{}),
		Entry("updating overwrites", "update_task", hints{destructive: true, idempotent: true}),
		Entry("deleting deletes", "delete_task", hints{destructive: true, idempotent: true}),
	)

	It("never lets an argument say whose tasks are meant", func() {
		for _, tool := range listed {
			Expect(json.Marshal(tool.InputSchema)).NotTo(ContainSubstring("user"))
			Expect(schemaOf(tool.InputSchema).Validate(map[string]any{"user_id": "bob"})).NotTo(Succeed())
		}
	})
})

// schemaOf makes a validator of a schema as a client sees it.
func schemaOf(listed any) *jsonschema.Resolved {
	GinkgoHelper()
	text, err := json.Marshal(listed)
	Expect(err).NotTo(HaveOccurred())
	var schema jsonschema.Schema
	Expect(json.Unmarshal(text, &schema)).To(Succeed())
	resolved, err := schema.Resolve(nil)
	Expect(err).NotTo(HaveOccurred())
	return resolved
}
