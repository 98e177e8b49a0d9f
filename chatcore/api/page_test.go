package api_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

var _ = Describe("A page of messages", func() {
	action := func(position int64) api.Action {
		return api.Action{ID: 40 + position, Position: position, Record: aFinishedCall(), RecordID: 31, By: api.ByPerson, CreatedAt: began}
	}
	before := api.MessagePage{
		Data: []api.Message{aQuestion(), anAnswer()}, Actions: []api.Action{action(4), action(9)},
		HasMore: true, After: "9", Conversation: aConversation(),
	}
	order := func(page api.MessagePage) (positions []float64) {
		GinkgoHelper()
		encoded, err := json.Marshal(page)
		Expect(err).NotTo(HaveOccurred())
		var form struct{ Data []map[string]any }
		Expect(json.Unmarshal(encoded, &form)).To(Succeed())
		for _, element := range form.Data {
			positions = append(positions, element["position"].(float64))
		}
		return positions
	}

	It("has actions among the messages on the wire, and apart when it is read", func() {
		encoded, err := json.Marshal(before)
		Expect(err).NotTo(HaveOccurred())
		var after api.MessagePage
		Expect(json.Unmarshal(encoded, &after)).To(Succeed())
		Expect(after).To(Equal(before))
		Expect(order(before)).To(Equal([]float64{1, 2, 4, 9}))
	})

	It("goes down when it is asked to", func() {
		down := api.MessagePage{Data: []api.Message{aQuestion()}, Actions: []api.Action{action(4)}, Descending: true}
		Expect(order(down)).To(Equal([]float64{4, 1}))
		Expect(order(api.MessagePage{})).To(BeEmpty())
	})
})
