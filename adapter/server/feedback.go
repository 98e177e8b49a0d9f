package server

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// maxRated is how many items one feedback may name: each may take a look into chatcore.
const maxRated = 100

// giveFeedback passes feedback on items on to the answers that they belong to. All items are looked up before any feedback
// is given.
func (s *Server) giveFeedback(ctx context.Context, who tokens.Identity, r chatkit.ItemFeedback) (any, error) {
	conversation, ok := translate.ParseThreadID(r.ThreadID)
	if !ok {
		return nil, notFound()
	}
	if len(r.ItemIDs) == 0 {
		return nil, badRequest(&chatkit.RequestError{Field: "params.item_ids", Message: "must not be empty"})
	}
	if len(r.ItemIDs) > maxRated {
		return nil, badRequest(&chatkit.RequestError{Field: "params.item_ids", Message: fmt.Sprintf("may have at most %d ids", maxRated)})
	}
	rated := rating{Server: s, who: who, conversation: conversation, shown: map[string]api.Message{}}
	var answers []int64
	for i, id := range r.ItemIDs {
		message, err := rated.messageOf(ctx, id)
		if err != nil {
			return nil, err
		}
		if message.Role != api.RoleAssistant {
			return nil, badRequest(&chatkit.RequestError{Field: fmt.Sprintf("params.item_ids[%d]", i), Message: "is no answer's: it is what the person said"})
		}
		if !slices.Contains(answers, message.ID) {
			answers = append(answers, message.ID)
		}
	}
	for _, answer := range answers {
		if err := s.options.Chat.GiveFeedback(ctx, who, answer, r.Kind); err != nil {
			return nil, s.problem(who, err)
		}
	}
	return struct{}{}, nil
}

// rating looks items of one thread up.
type rating struct {
	*Server
	who          tokens.Identity
	conversation translate.Key
	shown        map[string]api.Message // by the id of each item that was looked up
}

// messageOf gives the message that shows an item: the first one that covers the item's place.
func (r rating) messageOf(ctx context.Context, id string) (api.Message, error) {
	_, place, ok := translate.ParseItemID(id)
	if !ok {
		return api.Message{}, notFound()
	}
	if message, ok := r.shown[id]; ok {
		return message, nil
	}
	page, err := r.options.Chat.Messages(ctx, r.who, r.conversation, api.PageRequest{
		Limit: 1, Order: chatkit.Ascending, After: strconv.FormatInt(place.Position-1, 10),
	})
	if err != nil {
		return api.Message{}, r.problem(r.who, err)
	}
	for _, message := range page.Data {
		for _, item := range r.translating(ctx).Items(r.conversation, message) {
			r.shown[item.ItemID()] = message
		}
	}
	message, ok := r.shown[id]
	if !ok {
		return api.Message{}, notFound()
	}
	return message, nil
}
