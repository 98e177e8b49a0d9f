package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// StoredTurn is a turn as far as it is stored, for whoever follows it or goes on with it.
type StoredTurn struct {
	Turn
	Answer   api.Message // its State says whether the turn is at work
	Steps    []StoredStep
	OwnerURL string // of the replica that is at work on it; empty: none is
	Live     bool   // the owner's lease has not ended
	Attempt  int    // of ResumeTurn: how often the turn was begun, this time too
}

// StoredStep is a step with what its API form does not tell.
type StoredStep struct {
	api.Step
	Ordinal   int
	Open      bool
	Discarded bool
	Cut       string   // as in Reply
	Keys      []string // of its calls
	Ended     []int    // its calls' indices in the order in which they ended
}

// LoadTurn gives a turn. ErrNotFound covers another user's.
func (s *Store) LoadTurn(ctx context.Context, userID string, runID int64) (StoredTurn, error) {
	turn := StoredTurn{Turn: Turn{UserID: userID, RunID: runID}}
	err := s.db.Look(ctx, userID, func(tx *ownerdb.Tx) error { return loadTurn(ctx, tx, &turn) })
	return turn, err
}

// ResumeTurn gives a turn that this replica has claimed, with its history, and takes back the reply that was not whole:
// whoever had begun it can't store it any more. Each time that it succeeds counts as an attempt.
func (s *Store) ResumeTurn(ctx context.Context, claim Claim, maxHistory int) (StoredTurn, error) {
	turn := StoredTurn{Turn: Turn{UserID: claim.UserID, RunID: claim.RunID}}
	err := s.db.As(ctx, claim.UserID, func(tx *ownerdb.Tx) error {
		if err := lockTurn(ctx, tx, claim); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			UPDATE steps SET state = 'discarded' WHERE user_id = $1 AND message_id = $2 AND state = 'open'`,
			claim.UserID, claim.RunID); err != nil {
			return fmt.Errorf("discarding an unfinished reply: %w", err)
		}
		if err := tx.Get(ctx, &turn.Attempt, `
			UPDATE turn_leases SET attempt = attempt + 1 WHERE user_id = $1 AND run_id = $2 AND owner_url = $3
			RETURNING attempt`, claim.UserID, claim.RunID, claim.OwnerURL); err != nil {
			return found(err, "counting the attempt")
		}
		return loadWhole(ctx, tx, &turn, maxHistory)
	})
	return turn, err
}

// loadWhole gives a turn with all that whoever goes on with it needs.
func loadWhole(ctx context.Context, tx *ownerdb.Tx, turn *StoredTurn, maxHistory int) error {
	err := loadTurn(ctx, tx, turn)
	if err != nil {
		return err
	}
	if err := readAsked(ctx, tx, turn); err != nil {
		return err
	}
	if turn.Earlier, err = earlier(ctx, tx, turn.UserID, turn.UserMessage.ID); err != nil {
		return err
	}
	return readPast(ctx, tx, &turn.Turn, maxHistory)
}

// readAsked reads what a turn's answer was asked with, for it goes on with the same.
func readAsked(ctx context.Context, tx *ownerdb.Tx, turn *StoredTurn) error {
	var row struct {
		Model       sql.NullString `db:"model"`
		ToolChoice  sql.NullString `db:"tool_choice"`
		ClientTools []byte         `db:"client_tools"`
	}
	err := tx.Get(ctx, &row, `
		SELECT model, tool_choice, client_tools FROM messages WHERE user_id = $1 AND id = $2`, turn.UserID, turn.RunID)
	if err != nil {
		return found(err, "reading what a turn is asked with")
	}
	turn.Asked = Asked{Model: row.Model.String, ToolChoice: row.ToolChoice.String}
	if len(row.ClientTools) == 0 {
		return nil
	}
	if err := json.Unmarshal(row.ClientTools, &turn.Asked.ClientTools); err != nil {
		return fmt.Errorf("reading client tools: %w", err)
	}
	return nil
}

// lockTurn locks the conversation of a turn, so that nothing of an earlier owner's is stored beside what follows, and
// makes sure that the turn is still this replica's.
func lockTurn(ctx context.Context, tx *ownerdb.Tx, claim Claim) error {
	var conversation int64
	err := tx.Get(ctx, &conversation, `
		SELECT conversations.id FROM conversations
		JOIN messages ON messages.user_id = conversations.user_id AND messages.conversation_id = conversations.id
		JOIN turn_leases ON turn_leases.user_id = messages.user_id AND turn_leases.run_id = messages.id
		WHERE messages.user_id = $1 AND messages.id = $2 AND messages.state = 'running' AND turn_leases.owner_url = $3
		FOR UPDATE OF conversations`, claim.UserID, claim.RunID, claim.OwnerURL)
	return found(err, "locking a turn")
}

func loadTurn(ctx context.Context, tx *ownerdb.Tx, turn *StoredTurn) error {
	if err := loadMessages(ctx, tx, turn); err != nil {
		return err
	}
	var lease struct {
		OwnerURL string `db:"owner_url"`
		Live     bool   `db:"live"`
	}
	err := tx.Get(ctx, &lease, `
		SELECT owner_url, until > now() AS live FROM turn_leases WHERE user_id = $1 AND run_id = $2`, turn.UserID, turn.RunID)
	if err := found(err, "reading a lease"); err != nil && err != ErrNotFound { //nolint:errorlint // found returns it as it is
		return err
	}
	turn.OwnerURL, turn.Live = lease.OwnerURL, lease.Live
	return loadSteps(ctx, tx, turn)
}

func loadMessages(ctx context.Context, tx *ownerdb.Tx, turn *StoredTurn) error {
	messages, err := readMessages(ctx, tx, turn.UserID, `
		SELECT `+messageColumns+` FROM messages
		WHERE user_id = $1 AND id IN ($2, (SELECT reply_to FROM messages WHERE user_id = $1 AND id = $2 AND role = 'assistant'))
		ORDER BY position`, turn.UserID, turn.RunID)
	if err != nil {
		return err
	}
	if len(messages) != 2 {
		return ErrNotFound
	}
	turn.UserMessage, turn.Answer = messages[0], messages[1]
	var conversation conversationRow
	err = tx.Get(ctx, &conversation, `
		SELECT `+conversationColumns+` FROM conversations
		WHERE user_id = $1 AND id = (SELECT conversation_id FROM messages WHERE user_id = $1 AND id = $2)`, turn.UserID, turn.RunID)
	turn.Conversation = conversation.conversation()
	if err != nil {
		return found(err, "reading a turn's conversation")
	}
	if turn.Answer.Position == turn.UserMessage.Position+1 { // an answer that was asked for again gave no title
		turn.titled(conversation, turn.UserMessage)
	}
	if turn.Superseded, err = supersededBy(ctx, tx, turn); err != nil {
		return err
	}
	if turn.GoneActions, err = actionsSupersededBy(ctx, tx, turn); err != nil {
		return err
	}
	turn.Skipped, err = skippedBy(ctx, tx, turn)
	return err
}

func loadSteps(ctx context.Context, tx *ownerdb.Tx, turn *StoredTurn) error {
	var rows []stepRow
	if err := tx.Select(ctx, &rows, `
		SELECT `+stepColumns+` FROM steps WHERE user_id = $1 AND message_id = $2 ORDER BY ordinal`, turn.UserID, turn.RunID); err != nil {
		return fmt.Errorf("reading a turn's steps: %w", err)
	}
	var calls []storedCallRow
	if err := tx.Select(ctx, &calls, `
		SELECT `+callColumns+`, call_key, finish_rank FROM tool_calls
		WHERE user_id = $1 AND step_id IN (SELECT id FROM steps WHERE user_id = $1 AND message_id = $2)
		ORDER BY step_id, index`, turn.UserID, turn.RunID); err != nil {
		return fmt.Errorf("reading a turn's calls: %w", err)
	}
	for _, row := range rows {
		step := StoredStep{
			Step: row.step(), Ordinal: row.Ordinal, Open: row.State == "open", Discarded: row.State == "discarded", Cut: row.Cut.String,
		}
		step.addCalls(calls)
		turn.Steps = append(turn.Steps, step)
	}
	return nil
}

type storedCallRow struct {
	callRow
	Key  string        `db:"call_key"`
	Rank sql.NullInt64 `db:"finish_rank"`
}

// addCalls picks the step's calls.
func (s *StoredStep) addCalls(calls []storedCallRow) {
	ranks := map[int]int64{}
	for _, call := range calls {
		if call.StepID != s.ID {
			continue
		}
		record := call.record()
		s.ToolCalls, s.Keys = append(s.ToolCalls, record), append(s.Keys, call.Key)
		if record.Status.Done() {
			s.Ended = append(s.Ended, record.Index)
			ranks[record.Index] = call.Rank.Int64
		}
	}
	slices.SortStableFunc(s.Ended, func(a, b int) int { return int(ranks[a] - ranks[b]) })
}
