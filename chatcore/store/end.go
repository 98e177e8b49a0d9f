package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// TurnEnd says how a turn ended.
type TurnEnd struct {
	UserID         string
	ConversationID int64
	RunID          int64
	State          string // api.StateDone, StateWaiting, StateFailed or StateStopped
	Code           string
	LostCall       Sentence // is recorded for a call whose end nobody saw
	OwnerURL       string   // as in StepPlace
	WaitsFor       string   // of a turn that waits, in words; its content ends with it
	Shown          []int64  // the steps that the run knows; others were stored without its knowing, and go. nil: all stay
}

// EndTurn makes the answer a message: its content is its steps' texts. Nothing under it stays open: a reply that was not
// whole goes, and a call whose end nobody saw says so; only what a turn waits for does. It returns the answer with its steps and the conversation after it.
// Ending a turn again in the same way changes nothing; ErrNotFound says that it was ended otherwise, or is gone.
func (s *Store) EndTurn(ctx context.Context, end TurnEnd) (answer api.Message, conversation api.Conversation, err error) {
	err = s.db.As(ctx, end.UserID, func(tx *ownerdb.Tx) error {
		var err error
		answer, conversation, err = s.endTurn(ctx, tx, end)
		return err
	})
	return answer, conversation, err
}

func (s *Store) endTurn(ctx context.Context, tx *ownerdb.Tx, end TurnEnd) (api.Message, api.Conversation, error) {
	var row conversationRow
	err := tx.Get(ctx, &row, `
		SELECT `+conversationColumns+` FROM conversations WHERE user_id = $1 AND id = $2 FOR UPDATE`, end.UserID, end.ConversationID)
	if err != nil {
		return api.Message{}, api.Conversation{}, found(err, "locking a conversation")
	}
	var before messageRow
	err = tx.Get(ctx, &before, `
		SELECT `+messageColumns+` FROM messages WHERE user_id = $1 AND conversation_id = $2 AND id = $3`,
		end.UserID, end.ConversationID, end.RunID)
	if err != nil {
		return api.Message{}, api.Conversation{}, found(err, "reading an answer")
	}
	if before.State != api.StateRunning {
		if before.State != end.State || before.Code.String != end.Code {
			return api.Message{}, api.Conversation{}, ErrNotFound // it was ended by somebody else
		}
		answer, err := readAnswer(ctx, tx, end) // the word of an earlier try's success was lost
		return answer, row.conversation(), err
	}
	if err := holdLease(ctx, tx, end.UserID, end.RunID, end.OwnerURL); err != nil {
		return api.Message{}, api.Conversation{}, err
	}
	if err := s.closeSteps(ctx, tx, end); err != nil {
		return api.Message{}, api.Conversation{}, err
	}
	answer, err := readAnswer(ctx, tx, end)
	if err != nil {
		return api.Message{}, api.Conversation{}, err
	}
	answer.Content, answer.State, answer.Code = contentOf(answer.Steps, end.WaitsFor), end.State, end.Code
	conversation, err := s.storeAnswer(ctx, tx, end, answer.Content)
	return answer, conversation, err
}

// readAnswer reads the answer that a turn wrote, with its steps.
func readAnswer(ctx context.Context, tx *ownerdb.Tx, end TurnEnd) (api.Message, error) {
	answers, err := readMessages(ctx, tx, end.UserID, `
		SELECT `+messageColumns+` FROM messages WHERE user_id = $1 AND id = $2`, end.UserID, end.RunID)
	if err != nil {
		return api.Message{}, err
	}
	if len(answers) == 0 {
		return api.Message{}, ErrNotFound
	}
	return answers[0], nil
}

// closeSteps leaves nothing open under an answer that ends.
func (s *Store) closeSteps(ctx context.Context, tx *ownerdb.Tx, end TurnEnd) error {
	if _, err := tx.Exec(ctx, `
		UPDATE steps SET state = 'discarded'
		WHERE user_id = $1 AND message_id = $2 AND (state = 'open' OR id <> ALL($3))`,
		end.UserID, end.RunID, pq.Array(end.Shown)); err != nil {
		return fmt.Errorf("discarding an unfinished reply: %w", err)
	}
	if _, err := tx.Exec(ctx, `
		UPDATE tool_calls lost SET status = 'failed', code = $3, error = $4, finished_at = $5, finish_rank = (
			SELECT count(*) FROM tool_calls before
			WHERE before.user_id = $1 AND before.step_id = lost.step_id AND (before.status <> 'pending' OR before.index < lost.index))
		WHERE lost.user_id = $1 AND lost.step_id = ANY(ARRAY(SELECT id FROM steps WHERE user_id = $1 AND message_id = $2))
			AND lost.status = 'pending' AND (lost.waits_for IS NULL OR NOT $6)`,
		end.UserID, end.RunID, end.LostCall.Code, end.LostCall.Text, s.now(), end.State == api.StateWaiting); err != nil {
		return fmt.Errorf("closing lost calls: %w", err)
	}
	if end.State != api.StateWaiting {
		return nil
	}
	_, err := waitedFor(ctx, tx, end.UserID, end.RunID) // it may have been answered since an earlier try of this
	return err
}

// storeAnswer makes a running answer a message that counts, and gives its lease back.
func (s *Store) storeAnswer(ctx context.Context, tx *ownerdb.Tx, end TurnEnd, content string) (api.Conversation, error) {
	if _, err := tx.Exec(ctx, `
		UPDATE messages SET content = $3, state = $4, code = NULLIF($5, ''), ended_at = $6 WHERE user_id = $1 AND id = $2`,
		end.UserID, end.RunID, content, end.State, end.Code, s.now()); err != nil {
		return api.Conversation{}, fmt.Errorf("storing the answer: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM turn_leases WHERE user_id = $1 AND run_id = $2`, end.UserID, end.RunID); err != nil {
		return api.Conversation{}, fmt.Errorf("giving the lease back: %w", err)
	}
	var row conversationRow
	err := tx.Get(ctx, &row, `
		UPDATE conversations SET message_count = message_count + 1, updated_at = $3
		WHERE user_id = $1 AND id = $2
		RETURNING `+conversationColumns, end.UserID, end.ConversationID, s.now())
	return row.conversation(), found(err, "counting the answer")
}

// contentOf joins the steps' texts, and what is asked at their end, by a blank line.
func contentOf(steps []api.Step, asked string) string {
	var texts []string
	for _, step := range steps {
		if step.Content != "" {
			texts = append(texts, step.Content)
		}
	}
	if asked != "" {
		texts = append(texts, asked)
	}
	return strings.Join(texts, "\n\n")
}
