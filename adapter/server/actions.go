package server

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/present"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// acted is an action that was done. Item is what shows it: the item that was clicked in as it is now, or an item of the
// action's own; nil when it shows nothing.
type acted struct {
	item   chatkit.Item
	record api.ToolCall // of the action
}

// Reasons of our own why an action is not done.
var (
	errClickGone = errors.New("no such item to click in")
	errNoWidget  = errors.New("the item is no widget")
)

// act does what somebody clicked: first what was clicked in is looked up, then the action is judged.
func (s *Server) act(ctx context.Context, who tokens.Identity, asked chatkit.ActionParams) (acted, error) {
	conversation, ok := translate.ParseThreadID(asked.ThreadID)
	if !ok {
		return acted{}, errThreadGone
	}
	clicked, err := s.clicked(ctx, who, conversation, asked.ItemID)
	if err != nil {
		return acted{}, err
	}
	action, invalid := present.ReadAction(asked.Action)
	if invalid != nil {
		return acted{}, badRequest(invalid)
	}
	response, err := s.options.Chat.Act(ctx, who, conversation, api.ActionRequest{
		Tool: action.Tool, Parameters: action.Parameters, RecordID: clicked.Record.ID,
	}, actionKey(asked, action))
	if isNotFound(err) {
		return acted{}, gone404(asked)
	}
	if err != nil {
		return acted{}, err
	}
	return acted{item: s.shown(ctx, conversation, clicked, response), record: response.Action.Record}, nil
}

// clicked finds the item that was clicked in, or at least the thread. It is no look of the person's: a page that pressed
// Stop before is not back.
func (s *Server) clicked(ctx context.Context, who tokens.Identity, conversation translate.Key, item string) (c translate.Clicked, err error) {
	ask, ok := api.PageRequest{Limit: 1, Glance: true}, true
	if item != "" {
		ask, ok = translate.PageOf(item)
	}
	if !ok {
		ask = api.PageRequest{Limit: 1, Glance: true} // the thread is looked up in any case
	}
	page, err := s.options.Chat.Messages(ctx, who, conversation, ask)
	switch {
	case isNotFound(err):
		return c, errThreadGone
	case err != nil || item == "":
		return c, err
	case ok:
		c, ok = s.translating(ctx).Find(conversation, page, item)
	}
	switch {
	case !ok:
		return c, errClickGone
	case !c.IsWidget():
		return c, errNoWidget
	}
	return c, nil
}

// gone404 is what is not there when chatcore says that something is not.
func gone404(asked chatkit.ActionParams) error {
	if asked.ItemID != "" {
		return errClickGone
	}
	return errThreadGone
}

// actionKey is the same for a click on the same state of a widget, so that it is done once however often it comes. A click
// that names no state is a new one each time.
func actionKey(asked chatkit.ActionParams, action present.Action) string {
	if asked.ItemID == "" || action.Revision < 0 {
		return ""
	}
	hash := sha256.New()
	for _, part := range []string{
		asked.ThreadID, asked.ItemID, strconv.FormatInt(action.Revision, 10), action.Tool, string(action.Parameters),
	} {
		hash.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		hash.Write([]byte(part))
	}
	return "click:" + hex.EncodeToString(hash.Sum(nil))
}

func (s *Server) shown(ctx context.Context, conversation translate.Key, clicked translate.Clicked, response api.ActionResponse) chatkit.Item {
	if clicked.Item != nil {
		if response.Record == nil {
			return clicked.Item
		}
		return s.translating(ctx).Refreshed(clicked, *response.Record)
	}
	for _, item := range s.translating(ctx).ItemsOfAction(conversation, response.Action) {
		return item
	}
	return nil
}

// failedForNow says that an action failed for a reason that has nothing to do with what was asked for, and may pass.
func (a acted) failedForNow() bool {
	return a.record.Status == api.CallFailed && (a.record.Code == "tool_unreachable" || a.record.Code == "internal")
}

// actAtOnce answers an action with the item as it is now.
func (s *Server) actAtOnce(ctx context.Context, who tokens.Identity, asked chatkit.ActionParams) (any, error) {
	done, err := s.act(ctx, who, asked)
	var problem serving.Problem
	switch {
	case errors.As(err, &problem):
		return nil, problem
	case errors.Is(err, errClickGone):
		return nil, notFound()
	case errors.Is(err, errNoWidget):
		return nil, badRequest(&chatkit.RequestError{Field: "params.item_id", Message: "is no widget"})
	case err != nil:
		return nil, s.problem(who, err)
	case done.failedForNow():
		return nil, serving.Problem{Status: http.StatusBadGateway, Code: "action_failed", Detail: s.words.Failed(done.record)}
	}
	return chatkit.ActionAnswer{UpdatedItem: done.item}, nil
}
