package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// clickable gives the record that an action is about. It must still stand in the conversation, and have ended.
func clickable(ctx context.Context, tx *ownerdb.Tx, action NewAction) (*Clicked, error) {
	var stands bool
	err := tx.Get(ctx, &stands, `
		SELECT EXISTS (
			SELECT 1 FROM tool_calls call
			JOIN steps ON steps.user_id = call.user_id AND steps.id = call.step_id
			JOIN messages ON messages.user_id = steps.user_id AND messages.id = steps.message_id
			WHERE call.user_id = $1 AND call.id = $3 AND messages.conversation_id = $2 AND steps.state = 'done'
				AND messages.superseded_at IS NULL
		) OR EXISTS (
			SELECT 1 FROM actions WHERE user_id = $1 AND id = $3 AND conversation_id = $2 AND superseded_at IS NULL)`,
		action.UserID, action.ConversationID, action.RecordID)
	if err != nil {
		return nil, fmt.Errorf("looking for a record: %w", err)
	}
	if !stands {
		return nil, ErrNotFound
	}
	clicked, err := readClicked(ctx, tx, action.UserID, action.ConversationID, action.RecordID)
	if err == nil && !clicked.Record.Status.Done() {
		return nil, ErrBusy
	}
	return clicked, err
}

// readClicked reads a record: a call's, or an action's.
func readClicked(ctx context.Context, tx *ownerdb.Tx, userID string, conversationID, recordID int64) (*Clicked, error) {
	var row struct {
		callRow
		Shown []byte `db:"shown_parameters"`
	}
	err := tx.Get(ctx, &row, `
		SELECT `+callColumns+`, shown_parameters FROM tool_calls
		WHERE user_id = $1 AND id = $2 AND EXISTS (
			SELECT 1 FROM steps WHERE user_id = $1 AND id = tool_calls.step_id AND conversation_id = $3)`,
		userID, recordID, conversationID)
	if errors.Is(err, ownerdb.ErrNoRow) {
		var action actionRow
		err = tx.Get(ctx, &action, `
			SELECT `+actionColumns+` FROM actions WHERE user_id = $1 AND id = $2 AND conversation_id = $3`, userID, recordID, conversationID)
		row.callRow, row.Shown = action.callRow, action.Shown
	}
	if err != nil {
		return nil, found(err, "reading a record")
	}
	clicked := &Clicked{Record: row.record(), Shown: json.RawMessage(row.Shown)}
	if len(clicked.Shown) == 0 {
		clicked.Shown = clicked.Record.Parameters
	}
	return clicked, nil
}

// Refresh is a record's newer state.
type Refresh struct {
	Result json.RawMessage
	Shown  json.RawMessage // the parameters of the call that gave it
}

// refresh puts a newer state on a record; nil only counts that something was done with it.
func refresh(ctx context.Context, tx *ownerdb.Tx, userID string, recordID int64, newer *Refresh) error {
	if newer == nil {
		newer = &Refresh{}
	}
	changed, err := tx.Exec(ctx, `
		UPDATE tool_calls SET refreshed = COALESCE($3, refreshed), shown_parameters = COALESCE($4, shown_parameters), revision = revision + 1
		WHERE user_id = $1 AND id = $2`, userID, recordID, nullJSON(newer.Result), nullJSON(newer.Shown))
	if err == nil && changed == 0 {
		_, err = tx.Exec(ctx, `
			UPDATE actions SET refreshed = COALESCE($3, refreshed), shown_parameters = COALESCE($4, shown_parameters), revision = revision + 1
			WHERE user_id = $1 AND id = $2`, userID, recordID, nullJSON(newer.Result), nullJSON(newer.Shown))
	}
	if err != nil {
		return fmt.Errorf("refreshing a record: %w", err)
	}
	return nil
}

// Refreshed gives the calls of a run whose records were refreshed by actions.
func (s *Store) Refreshed(ctx context.Context, userID string, runID int64) ([]api.ToolCall, error) {
	var rows []callRow
	err := s.db.Look(ctx, userID, func(tx *ownerdb.Tx) error {
		return tx.Select(ctx, &rows, `
			SELECT `+callColumns+` FROM tool_calls
			WHERE user_id = $1 AND revision > 0 AND step_id IN (SELECT id FROM steps WHERE user_id = $1 AND message_id = $2)`, userID, runID)
	})
	if err != nil {
		return nil, fmt.Errorf("reading a run's refreshed calls: %w", err)
	}
	records := make([]api.ToolCall, 0, len(rows))
	for _, row := range rows {
		records = append(records, row.record())
	}
	return records, nil
}
