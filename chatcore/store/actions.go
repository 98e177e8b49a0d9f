package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// StoredAction is an action with what its API form does not tell.
type StoredAction struct {
	api.Action
	UserID         string
	ConversationID int64
	CallKey        string // makes its call act once
	Clicked        *Clicked
	Joined         bool // the request was sent before: this is the action that it began then
}

// Done says that the action's call has ended.
func (a StoredAction) Done() bool { return a.Record.Status.Done() }

// Clicked is a record that somebody clicked in.
type Clicked struct {
	Record api.ToolCall
	Shown  json.RawMessage // the parameters of the call that gave what is shown
}

type actionRow struct {
	callRow
	ConversationID int64         `db:"conversation_id"`
	Position       int64         `db:"position"`
	RecordID       sql.NullInt64 `db:"record_id"`
	CallKey        string        `db:"call_key"`
	Shown          []byte        `db:"shown_parameters"`
	EndedBehind    sql.NullInt64 `db:"ended_behind"`
	CreatedAt      time.Time     `db:"created_at"`
}

const actionColumns = `id, conversation_id, position, record_id, call_key, tool, parameters, status, result, refreshed, shown_parameters,
	revision, code, error, ended_behind, created_at, created_at AS started_at, finished_at`

func (r actionRow) action() api.Action {
	return api.Action{
		ID: r.ID, Position: r.Position, Record: r.record(), RecordID: r.RecordID.Int64, By: api.ByPerson, CreatedAt: r.CreatedAt.UTC(),
	}
}

// LoadAction gives an action. ErrNotFound covers another user's.
func (s *Store) LoadAction(ctx context.Context, userID string, id int64) (StoredAction, error) {
	var stored StoredAction
	err := s.db.As(ctx, userID, func(tx *ownerdb.Tx) (err error) {
		stored, err = loadAction(ctx, tx, userID, id)
		return err
	})
	return stored, err
}

func loadAction(ctx context.Context, tx *ownerdb.Tx, userID string, id int64) (StoredAction, error) {
	var row actionRow
	err := tx.Get(ctx, &row, `SELECT `+actionColumns+` FROM actions WHERE user_id = $1 AND id = $2`, userID, id)
	if err != nil {
		return StoredAction{}, found(err, "reading an action")
	}
	stored := StoredAction{Action: row.action(), UserID: userID, ConversationID: row.ConversationID, CallKey: row.CallKey}
	if row.RecordID.Valid {
		stored.Clicked, err = readClicked(ctx, tx, userID, row.ConversationID, row.RecordID.Int64)
	}
	return stored, err
}
