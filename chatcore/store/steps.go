package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// StepPlace says where a step goes.
type StepPlace struct {
	UserID         string
	ConversationID int64
	RunID          int64
	Ordinal        int    // in the run, from 1
	Code           string // of a sentence that chatcore itself says
	OwnerURL       string // the replica that writes: it must still have the lease; empty: whoever writes has the lock
}

// OpenStep makes the row of a step that begins, with its position. ErrNotFound says that the turn is no longer at work.
func (s *Store) OpenStep(ctx context.Context, place StepPlace) (api.Step, error) {
	var step api.Step
	err := s.insert(ctx, place.UserID, func(tx *ownerdb.Tx) (err error) {
		step, err = s.openStep(ctx, tx, place)
		return err
	})
	return step, err
}

func (s *Store) openStep(ctx context.Context, tx *ownerdb.Tx, place StepPlace) (api.Step, error) {
	var position int64
	err := tx.Get(ctx, &position, `
		UPDATE conversations SET last_position = last_position + 1 WHERE user_id = $1 AND id = $2 RETURNING last_position`,
		place.UserID, place.ConversationID)
	if err != nil {
		return api.Step{}, found(err, "giving a step its position")
	}
	row := stepRow{
		ID: s.ids.Next(), Position: position, CreatedAt: s.now(), Code: sql.NullString{String: place.Code, Valid: place.Code != ""},
	}
	opened, err := tx.Exec(ctx, `
		INSERT INTO steps (user_id, id, message_id, conversation_id, position, ordinal, state, code, created_at)
		SELECT $1, $2, id, conversation_id, $5, $6, 'open', $7, $8 FROM messages
		WHERE user_id = $1 AND id = $3 AND conversation_id = $4 AND state = 'running'
			AND ($9 = '' OR EXISTS (SELECT 1 FROM turn_leases WHERE user_id = $1 AND run_id = $3 AND owner_url = $9))
		ON CONFLICT (user_id, message_id, ordinal) DO NOTHING`,
		place.UserID, row.ID, place.RunID, place.ConversationID, position, place.Ordinal, row.Code, row.CreatedAt, place.OwnerURL)
	if err != nil {
		return api.Step{}, fmt.Errorf("opening a step: %w", err)
	}
	if opened == 0 {
		return openedBefore(ctx, tx, place)
	}
	return row.step(), nil
}

// openedBefore gives the step that an earlier try opened, when the word of its commit was lost. ErrNotFound says that the
// turn was ended, or taken over, by somebody else.
func openedBefore(ctx context.Context, tx *ownerdb.Tx, place StepPlace) (api.Step, error) {
	var row stepRow
	err := tx.Get(ctx, &row, `
		SELECT `+stepColumns+` FROM steps
		WHERE user_id = $1 AND message_id = $2 AND ordinal = $3 AND state <> 'discarded' AND COALESCE(code, '') = $4
			AND EXISTS (SELECT 1 FROM turn_leases WHERE user_id = $1 AND run_id = $2 AND ($5 = '' OR owner_url = $5))`,
		place.UserID, place.RunID, place.Ordinal, place.Code, place.OwnerURL)
	return row.step(), found(err, "looking for a step")
}

// finishStep makes an open step whole. One that was discarded stays so: its turn was ended or taken over by somebody else.
func finishStep(ctx context.Context, tx *ownerdb.Tx, userID string, step int64, text, cut string) error {
	finished, err := tx.Exec(ctx, `
		UPDATE steps SET content = $3, cut = NULLIF($4, ''), state = 'done' WHERE user_id = $1 AND id = $2 AND state = 'open'`,
		userID, step, text, cut)
	if err != nil {
		return fmt.Errorf("storing a reply: %w", err)
	}
	if finished == 0 {
		return ErrNotFound
	}
	return nil
}

// NewCall is a call that a reply asked for.
type NewCall struct {
	Tool       string
	Parameters json.RawMessage
	For        string // of a call that the page answers: as of api.ToolCall
	Confirms   *api.Confirms
}

// Reply is a reply of the model. Step is what OpenStep gave, or nil when nothing was said before its end.
type Reply struct {
	Place StepPlace
	Step  *api.Step
	Text  string
	Calls []NewCall
	Cut   string // the reply is not whole, and its turn ends with this code
	Again bool   // the step may have been stored already, with calls, though its run was not told
}

// CommitStep stores a reply with its calls pending, each with the key that makes it act once. It returns the step as it
// is stored, and the calls' keys in order. ErrNotFound says that the turn is no longer at work.
func (s *Store) CommitStep(ctx context.Context, reply Reply) (api.Step, []string, error) {
	var step api.Step
	var keys []string
	err := s.insert(ctx, reply.Place.UserID, func(tx *ownerdb.Tx) (err error) {
		if reply.Step != nil {
			step = *reply.Step
		} else if step, err = s.openStep(ctx, tx, reply.Place); err != nil {
			return err
		}
		step.Content = reply.Text
		err = finishStep(ctx, tx, reply.Place.UserID, step.ID, reply.Text, reply.Cut)
		if errors.Is(err, ErrNotFound) {
			keys, err = committedBefore(ctx, tx, reply, &step)
			return err
		}
		if err != nil {
			return err
		}
		step.ToolCalls, keys, err = s.addCalls(ctx, tx, reply, step)
		return err
	})
	return step, keys, err
}

// committedBefore gives the calls of a reply that an earlier try stored, when the word of its commit was lost.
func committedBefore(ctx context.Context, tx *ownerdb.Tx, reply Reply, step *api.Step) (keys []string, err error) {
	turn := StoredTurn{Turn: Turn{UserID: reply.Place.UserID, RunID: reply.Place.RunID}}
	if err := loadSteps(ctx, tx, &turn); err != nil {
		return nil, err
	}
	for _, stored := range turn.Steps {
		if stored.ID == step.ID && !stored.Discarded && !stored.Open &&
			(reply.Again || stored.Content == reply.Text && len(stored.Keys) == len(reply.Calls)) {
			*step = stored.Step
			return stored.Keys, nil
		}
	}
	return nil, ErrNotFound
}

func (s *Store) addCalls(ctx context.Context, tx *ownerdb.Tx, reply Reply, step api.Step) ([]api.ToolCall, []string, error) {
	records := make([]api.ToolCall, 0, len(reply.Calls))
	keys := make([]string, 0, len(reply.Calls))
	now := s.now()
	for i, call := range reply.Calls {
		record := api.ToolCall{
			ID: s.ids.Next(), Index: i, Tool: call.Tool, Parameters: call.Parameters, Status: api.CallPending, For: call.For, Confirms: call.Confirms, StartedAt: &now,
		}
		confirms, err := optionalJSON(call.Confirms)
		if err != nil {
			return nil, nil, fmt.Errorf("writing what a question is about: %w", err)
		}
		key := fmt.Sprintf("%d.%d.%d", reply.Place.RunID, step.Position, i)
		_, err = tx.Exec(ctx, `
			INSERT INTO tool_calls (user_id, id, step_id, index, call_key, tool, parameters, status, started_at, waits_for, confirms)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, NULLIF($9, ''), $10)`,
			reply.Place.UserID, record.ID, step.ID, i, key, call.Tool, string(call.Parameters), now, call.For, confirms)
		if err != nil {
			return nil, nil, fmt.Errorf("storing a call: %w", err)
		}
		records, keys = append(records, record), append(keys, key)
	}
	return records, keys, nil
}

// CallEnd is how a call ended.
type CallEnd struct {
	Status   api.CallStatus
	Result   json.RawMessage
	Code     string
	Error    string
	Shows    *api.Shows
	OwnerURL string // as in StepPlace
}

// RecordCall stores how a call ended, and gives the record as it is stored: a call ends once. ErrNotFound says that the
// turn was taken over: whoever has it now sends the call again, and records it.
func (s *Store) RecordCall(ctx context.Context, userID string, record api.ToolCall, end CallEnd) (api.ToolCall, error) {
	err := s.db.As(ctx, userID, func(tx *ownerdb.Tx) error {
		var err error
		record, err = s.recordCall(ctx, tx, userID, record.ID, end)
		return err
	})
	return record, err
}

func (s *Store) recordCall(ctx context.Context, tx *ownerdb.Tx, userID string, call int64, end CallEnd) (api.ToolCall, error) {
	var step struct {
		ID  int64 `db:"id"`
		Run int64 `db:"message_id"`
	}
	err := tx.Get(ctx, &step, `
		SELECT steps.id, steps.message_id FROM steps
		JOIN tool_calls ON tool_calls.user_id = steps.user_id AND tool_calls.step_id = steps.id
		WHERE steps.user_id = $1 AND tool_calls.id = $2 FOR UPDATE OF steps`, userID, call) // the calls of a step end one by one
	if err != nil {
		return api.ToolCall{}, found(err, "locking a call's step")
	}
	var row callRow
	err = tx.Get(ctx, &row, `SELECT `+callColumns+` FROM tool_calls WHERE user_id = $1 AND id = $2`, userID, call)
	if err != nil || api.CallStatus(row.Status).Done() { // recorded by whoever had the turn before, or by an earlier try
		return row.record(), found(err, "reading a call")
	}
	if err := holdLease(ctx, tx, userID, step.Run, end.OwnerURL); err != nil {
		return api.ToolCall{}, err
	}
	shows, err := optionalJSON(end.Shows)
	if err != nil {
		return api.ToolCall{}, fmt.Errorf("writing what a tool shows: %w", err)
	}
	err = tx.Get(ctx, &row, `
		UPDATE tool_calls
		SET status = $3, result = $4, code = NULLIF($5, ''), error = NULLIF($6, ''), finished_at = $7, shows = $9, finish_rank = (
			SELECT count(*) FROM tool_calls WHERE user_id = $1 AND step_id = $8 AND status <> 'pending')
		WHERE user_id = $1 AND id = $2
		RETURNING `+callColumns,
		userID, call, end.Status, nullJSON(end.Result), end.Code, end.Error, s.now(), step.ID, shows)
	return row.record(), found(err, "recording a call")
}

// holdLease makes sure that the turn is this replica's, and that nobody takes it over before the transaction ends.
func holdLease(ctx context.Context, tx *ownerdb.Tx, userID string, runID int64, ownerURL string) error {
	if ownerURL == "" {
		return nil
	}
	var one int
	err := tx.Get(ctx, &one, `
		SELECT 1 FROM turn_leases WHERE user_id = $1 AND run_id = $2 AND owner_url = $3 FOR SHARE`, userID, runID, ownerURL)
	return found(err, "looking whose turn it is")
}

// optionalJSON is a value as JSON, or NULL.
func optionalJSON[T any](value *T) (sql.NullString, error) {
	if value == nil {
		return sql.NullString{}, nil
	}
	raw, err := json.Marshal(value)
	return nullJSON(raw), err
}

// nullJSON is a JSON value as text, which lib/pq passes as it is, or NULL.
func nullJSON(value json.RawMessage) sql.NullString {
	return sql.NullString{String: string(value), Valid: len(value) > 0}
}
