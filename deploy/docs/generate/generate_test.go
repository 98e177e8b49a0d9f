package main

import (
	"os"
	"path/filepath"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
)

func TestGenerate(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "deploy/docs")
}

// names are what rows are about, in order.
func names(rows []chatkit.Ours, name func(any) string) (all []string) {
	for _, row := range rows {
		Expect(row.How).NotTo(BeEmpty())
		Expect(row.Kept).NotTo(BeEmpty())
		all = append(all, name(row.Of))
	}
	return all
}

var _ = Describe("The pages that are made from the code", func() {
	It("are what the code says now", func() {
		for name, page := range pages() {
			stored, err := os.ReadFile(filepath.Join("..", name))
			Expect(err).NotTo(HaveOccurred())
			Expect(page).To(Equal(string(stored)), name+": go generate ./deploy/docs makes it anew")
		}
	})

	It("have a row for everything in the protocol, and for nothing else", func() {
		protocol := chatkit.NewProtocol()
		var requests []string
		for _, request := range chatkit.Requests() {
			requests = append(requests, request.RequestType())
		}
		Expect(names(chatkit.OurRequests(), func(v any) string { return v.(chatkit.Request).RequestType() })).To(ConsistOf(requests))
		Expect(names(chatkit.OurEvents(), func(v any) string { return v.(chatkit.Event).EventType() })).To(ConsistOf(protocol.Event.Tags()))
		Expect(names(chatkit.OurUpdates(), func(v any) string { return v.(chatkit.Update).UpdateType() })).To(ConsistOf(protocol.Update.Tags()))
		Expect(names(chatkit.OurItems(), func(v any) string { return v.(chatkit.Item).ItemType() })).To(ConsistOf(protocol.Item.Tags()))
	})
})
