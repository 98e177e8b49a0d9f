package store

import (
	"context"
	"fmt"
	"strings"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// TurnEnd says how a turn ended.
type TurnEnd struct {
	UserID         string
	ConversationID int64
	RunID          int64
	State          string // api.StateDone, StateFailed or StateStopped
	Code           string
}

// EndTurn makes the answer a message: its content is its steps' texts. It returns the answer with its steps and the
// conversation after it.
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
		UPDATE conversations SET message_count = message_count + 1, updated_at = $3
		WHERE user_id = $1 AND id = $2
		RETURNING `+conversationColumns, end.UserID, end.ConversationID, s.now())
	if err != nil {
		return api.Message{}, api.Conversation{}, found(err, "counting the answer")
	}
	answers, err := readMessages(ctx, tx, end.UserID, `
		SELECT `+messageColumns+` FROM messages WHERE user_id = $1 AND id = $2 AND state = 'running' FOR UPDATE`,
		end.UserID, end.RunID)
	if err != nil {
		return api.Message{}, api.Conversation{}, err
	}
	if len(answers) == 0 {
		return api.Message{}, api.Conversation{}, ErrNotFound // it was ended by somebody else
	}
	answer := answers[0]
	answer.Content, answer.State, answer.Code = contentOf(answer.Steps), end.State, end.Code
	if _, err := tx.Exec(ctx, `
		UPDATE messages SET content = $3, state = $4, code = NULLIF($5, '') WHERE user_id = $1 AND id = $2`,
		end.UserID, end.RunID, answer.Content, end.State, end.Code); err != nil {
		return api.Message{}, api.Conversation{}, fmt.Errorf("storing the answer: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM turn_leases WHERE user_id = $1 AND run_id = $2`, end.UserID, end.RunID); err != nil {
		return api.Message{}, api.Conversation{}, fmt.Errorf("giving the lease back: %w", err)
	}
	return answer, row.conversation(), nil
}

// contentOf joins the steps' texts by a blank line.
func contentOf(steps []api.Step) string {
	var texts []string
	for _, step := range steps {
		if step.Content != "" {
			texts = append(texts, step.Content)
		}
	}
	return strings.Join(texts, "\n\n")
}
