package store

import (
	"context"
	"fmt"
	"slices"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// Messages gives a page of a conversation, messages and actions, answers with their steps, oldest first when ascending.
// page.After is a position: a message comes when it, or a step under it, lies behind that position. The page's own after is
// the last position that it covers. Going up, actions that were done while the page's last answer was written come with
// it, beyond the limit: behind that answer's steps nobody would find them.
func (s *Store) Messages(ctx context.Context, userID string, id int64, page Page) (api.MessagePage, error) {
	result := api.MessagePage{Descending: !page.Ascending}
	err := s.db.As(ctx, userID, func(tx *ownerdb.Tx) (err error) {
		var conversation conversationRow
		if err := readConversation(ctx, tx, &conversation, userID, id); err != nil {
			return err
		}
		result.Conversation = conversation.conversation()
		if result.Data, err = readMessages(ctx, tx, userID, messagesQuery(page), userID, id, page.Limit+1, fromEnd(page)); err != nil {
			return err
		}
		if result.Actions, err = readActions(ctx, tx, actionsQuery(page), userID, id, page.Limit+1, fromEnd(page)); err != nil {
			return err
		}
		if err := cut(ctx, tx, userID, page, &result); err != nil {
			return err
		}
		if page.Glance {
			return nil
		}
		return seen(ctx, tx, userID, result.Data)
	})
	return result, err
}

// cut keeps the first elements of what was read, and says whether more follow.
func cut(ctx context.Context, tx *ownerdb.Tx, userID string, page Page, result *api.MessagePage) error {
	if len(result.Data)+len(result.Actions) <= page.Limit {
		return nil
	}
	messages, actions := 0, 0
	for range page.Limit {
		if actions == len(result.Actions) || messages < len(result.Data) &&
			(result.Data[messages].Position < result.Actions[actions].Position) == page.Ascending {
			messages++
		} else {
			actions++
		}
	}
	moreMessages := len(result.Data) > messages
	result.Data = result.Data[:messages]
	at := end(result.Data, result.Actions[:actions], page.Ascending)
	moreActions := len(result.Actions) > actions
	if page.Ascending {
		var err error
		if actions, moreActions, err = within(ctx, tx, userID, page, result, at); err != nil {
			return err
		}
	}
	result.Actions = result.Actions[:actions]
	if result.HasMore = moreMessages || moreActions; result.HasMore {
		result.After = fmt.Sprint(at)
	}
	return nil
}

// end is the last position that a page covers: going up, an answer covers its steps.
func end(messages []api.Message, actions []api.Action, ascending bool) int64 {
	var covered []int64
	if len(messages) > 0 {
		last := messages[len(messages)-1]
		position := last.Position
		if ascending && len(last.Steps) > 0 {
			position = last.Steps[len(last.Steps)-1].Position
		}
		covered = append(covered, position)
	}
	if len(actions) > 0 {
		covered = append(covered, actions[len(actions)-1].Position)
	}
	if ascending {
		return slices.Max(covered)
	}
	return slices.Min(covered)
}

// within takes all actions up to a position into a page that goes up.
func within(ctx context.Context, tx *ownerdb.Tx, userID string, page Page, result *api.MessagePage, at int64) (count int, more bool, err error) {
	if len(result.Actions) > page.Limit && result.Actions[page.Limit].Position <= at { // so many were done meanwhile
		result.Actions, err = readActions(ctx, tx, `
			SELECT `+actionColumns+` FROM actions
			WHERE user_id = $1 AND conversation_id = $2 AND superseded_at IS NULL AND position > $3
				AND position <= COALESCE((
					SELECT min(position) FROM actions
					WHERE user_id = $1 AND conversation_id = $2 AND superseded_at IS NULL AND position > $4), $4)
			ORDER BY position`, userID, result.Conversation.ID, page.After, at)
		if err != nil {
			return 0, false, err
		}
	}
	count = slices.IndexFunc(result.Actions, func(a api.Action) bool { return a.Position > at })
	if count < 0 {
		return len(result.Actions), false, nil
	}
	return count, true, nil
}

// actionsQuery is one of two constant texts.
func actionsQuery(page Page) string {
	const list = `
		SELECT ` + actionColumns + ` FROM actions
		WHERE user_id = $1 AND conversation_id = $2 AND superseded_at IS NULL`
	if page.Ascending {
		return list + ` AND position > $4 ORDER BY position LIMIT $3`
	}
	return list + ` AND position < $4 ORDER BY position DESC LIMIT $3`
}

// readActions runs a query for actionColumns.
func readActions(ctx context.Context, tx *ownerdb.Tx, query string, args ...any) ([]api.Action, error) {
	var rows []actionRow
	if err := tx.Select(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("reading actions: %w", err)
	}
	var actions []api.Action
	for _, row := range rows {
		actions = append(actions, row.action())
	}
	return actions, nil
}
