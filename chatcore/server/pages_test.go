package server_test

import (
	"fmt"
	"net/http"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

var _ = Describe("Pages", func() {
	var (
		alice *user
		began []int64
	)

	BeforeEach(func(ctx SpecContext) {
		alice, began = newDesk().user(), nil
		for _, content := range []string{"One", "Two", "Three"} {
			began = append(began, alice.began(ctx, content))
		}
	})

	conversations := func(ctx SpecContext, query string) (page api.ConversationPage, ids []int64) {
		GinkgoHelper()
		alice.get(ctx, "/conversations?"+query).into(http.StatusOK, &page)
		for _, c := range page.Data {
			ids = append(ids, c.ID)
		}
		return page, ids
	}
	newestFirst := func() []int64 {
		turned := slices.Clone(began)
		slices.Reverse(turned)
		return turned
	}

	It("of conversations come where any of the three parameters asks for them", func(ctx SpecContext) {
		for _, query := range []string{"limit=10", "limit=", "after=", "order=desc", "order="} {
			page, ids := conversations(ctx, query)
			Expect(ids).To(Equal(newestFirst()), query)
			Expect(page.HasMore).To(BeFalse())
			Expect(page.After).To(BeEmpty())
		}
		_, ids := conversations(ctx, "order=asc")
		Expect(ids).To(Equal(began))
		var plain []api.Conversation
		alice.get(ctx, "/conversations?unknown=1").into(http.StatusOK, &plain)
		Expect(plain).To(HaveLen(3))
	})

	It("of conversations are gone through by what each says is after it", func(ctx SpecContext) {
		first, ids := conversations(ctx, "limit=2")
		Expect(ids).To(Equal(newestFirst()[:2]))
		Expect(first.HasMore).To(BeTrue())
		last, ids := conversations(ctx, "limit=2&after="+first.After)
		Expect(ids).To(Equal(newestFirst()[2:]))
		Expect(last.HasMore).To(BeFalse())
	})

	It("of conversations go on where the one before ended, whatever became of its last one", func(ctx SpecContext) {
		first, _ := conversations(ctx, "limit=1")
		alice.call(ctx, http.MethodPatch, alice.path(conversation(first.Data[0].ID)), `{"title": "Changed"}`).object(http.StatusOK)
		second, ids := conversations(ctx, "limit=1&after="+first.After)
		Expect(ids).To(Equal([]int64{began[1]}))
		Expect(alice.call(ctx, http.MethodDelete, alice.path(conversation(began[1])), "").StatusCode).To(Equal(http.StatusNoContent))
		for _, after := range []string{second.After, fmt.Sprint(began[1])} {
			_, ids = conversations(ctx, "after="+after)
			Expect(ids).To(Equal([]int64{began[0]}))
		}
	})

	It("of messages come oldest first, with steps, and their conversation beside them", func(ctx SpecContext) {
		alice.say(ctx, "add Tea", began[0])
		page := func(query string) (page api.MessagePage) {
			GinkgoHelper()
			alice.get(ctx, conversation(began[0])+"/messages"+query).into(http.StatusOK, &page)
			return page
		}
		whole := page("").Data
		Expect(whole).To(HaveLen(4))
		Expect(page("").Conversation.ID).To(Equal(began[0]))
		Expect(whole[3].Steps).To(HaveLen(2))
		first := page("?limit=3")
		Expect(first.Data).To(Equal(whole[:3]))
		Expect(page("?limit=3&after=" + first.After).Data).To(Equal(whole[3:]))

		first = page("?order=desc&limit=1")
		Expect(first.Data).To(Equal(whole[3:]))
		Expect(page("?order=desc&after=" + first.After).Data).To(HaveExactElements(whole[2], whole[1], whole[0]))
		Expect(page(fmt.Sprint("?after=", whole[3].Steps[0].Position)).Data).To(Equal(whole[3:]), "an answer comes while a step of its lies behind the cursor")
	})

	It("show an answer at work, and what is stored of it", func(ctx SpecContext) {
		for event, err := range api.Decode(alice.open(ctx, `{"content": "wait"}`).Body) {
			Expect(err).NotTo(HaveOccurred())
			if event.Body.EventType() == "message.delta" {
				break
			}
		}
		var list api.ConversationPage
		var page api.MessagePage
		alice.get(ctx, "/conversations?limit=1").into(http.StatusOK, &list)
		alice.get(ctx, conversation(list.Data[0].ID)+"/messages").into(http.StatusOK, &page)
		Expect(page.Data).To(HaveLen(2))
		Expect(page.Data[1].State).To(Equal("running"))
		Expect(page.Data[1].Steps).To(BeEmpty())
		close(alice.model.hold)
	})
})

var _ = Describe("A conversation", func() {
	It("is made, named, put away and deleted", func(ctx SpecContext) {
		alice := newDesk().user()
		made := alice.call(ctx, http.MethodPost, alice.path("/conversations"), `{}`).object(http.StatusCreated)
		Expect(made).To(And(HaveKeyWithValue("title", "New Conversation"), HaveKeyWithValue("message_count", BeZero()), HaveKeyWithValue("status", "active")))
		id := int64(made["id"].(float64))
		Expect(string(alice.get(ctx, "/conversations").body)).To(Equal("[]\n"))
		Expect(alice.say(ctx, "Hello", id)["conversation_id"]).To(BeEquivalentTo(id))
		changed := alice.call(ctx, http.MethodPatch, alice.path(conversation(id)), `{"title": "Mine", "archived": true}`).object(http.StatusOK)
		Expect(changed).To(And(HaveKeyWithValue("title", "Mine"), HaveKeyWithValue("archived", true)))
		Expect(string(alice.get(ctx, "/conversations").body)).To(Equal("[]\n"))
		Expect(alice.call(ctx, http.MethodDelete, alice.path(conversation(id)), "").StatusCode).To(Equal(http.StatusNoContent))
		alice.get(ctx, conversation(id)).problem(http.StatusNotFound, "not_found")
	})
})
