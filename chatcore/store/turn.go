package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// NewTurn is what a person said, on its way in.
type NewTurn struct {
	UserID         string
	SessionID      string // the ChatKit session it came through, if any
	ConversationID int64  // 0: a new conversation, or the session's empty one
	Content        string
	Said           api.Said
	Attachments    []int64          // in the order in which the message shows them
	Models         []string         // that may be chosen, the usual one first; empty: any may, and the usual one has no name
	ClientTools    []api.ClientTool // what the page can do, in this turn
	RetryOf        int64            // a message to answer again, in place of Content
	Again                           // finds the turn that the same request began before
	MaxHistory     int              // messages that come back for the model, what was just said among them
	MaxTurns       int              // turns of the user at work at the same time; any number when zero
	OwnerURL       string           // FirstOwner of this replica
	Lease          time.Duration    // how long it is believed to be at work without a word
	Interrupted    Sentence         // closes an earlier turn here whose replica is gone
	LostCall       Sentence         // is recorded for a call of such a turn whose end nobody saw
}

// Turn is a turn that was accepted: its question is stored, and its answer begun and leased to this replica.
type Turn struct {
	UserID       string
	Conversation api.Conversation
	UserMessage  api.Message
	RunID        int64
	Titled       bool              // this turn gave the conversation its title, and nobody but the model has changed it since
	FirstTitle   string            // what that was, when Titled
	Retitled     bool              // the model has worded it anew since
	History      []api.Message     // oldest first, ends with UserMessage
	Superseded   []api.Message     // what went, when UserMessage is answered again
	GoneActions  []api.Action      // the actions that went with them
	Earlier      []api.Message     // earlier answers to UserMessage
	Skipped      []api.SkippedCall // what the turn before waited for
	Asked        Asked             // what the answer is asked with
	ByHand       []ByHand          // what the person did between the messages of History, and since
	Joined       bool              // the request was sent before: this is the turn that it began then, and only RunID is set
}

// Accept stores what the person said and begins its answer. ErrNotFound, ErrBusy, ErrManyTurns, *NotActiveError and
// *AttachmentError say why it was not.
func (s *Store) Accept(ctx context.Context, turn NewTurn) (Turn, error) {
	accepted := Turn{UserID: turn.UserID}
	err := s.insert(ctx, turn.UserID, func(tx *ownerdb.Tx) error {
		accepted = Turn{UserID: turn.UserID}
		before, err := s.sentBefore(ctx, tx, turn)
		if before != 0 || err != nil {
			accepted.RunID, accepted.Joined = before, true
			return err
		}
		conversation, err := s.conversationFor(ctx, tx, turn)
		if errors.Is(err, ErrBusy) { // perhaps with this very request: it came while another try of it was being accepted
			if before, againErr := s.sentBefore(ctx, tx, turn); before != 0 || againErr != nil {
				accepted.RunID, accepted.Joined = before, true
				return againErr
			}
		}
		if err != nil {
			return err
		}
		if err := refuseCrowd(ctx, tx, turn); err != nil {
			return err
		}
		if err := s.begin(ctx, tx, turn, conversation, &accepted); err != nil {
			return err
		}
		return readPast(ctx, tx, &accepted, turn.MaxHistory)
	})
	return accepted, err
}

// readPast reads what came before a turn's answer, and with it what its question carries.
func readPast(ctx context.Context, tx *ownerdb.Tx, turn *Turn, maxHistory int) (err error) {
	turn.History, err = readHistory(ctx, tx, turn.UserID, turn.Conversation.ID, turn.RunID, maxHistory)
	for _, message := range turn.History {
		if message.ID == turn.UserMessage.ID {
			turn.UserMessage.Attachments = message.Attachments
		}
	}
	if err == nil {
		turn.ByHand, err = readByHand(ctx, tx, turn.UserID, turn.Conversation.ID, turn.History)
	}
	return err
}

// conversationFor finds or makes the conversation and locks its row: from here on nothing else gets a position in it.
func (s *Store) conversationFor(ctx context.Context, tx *ownerdb.Tx, turn NewTurn) (conversationRow, error) {
	var row conversationRow
	if turn.ConversationID == 0 && turn.RetryOf == 0 {
		return s.openConversation(ctx, tx, turn)
	}
	err := tx.Get(ctx, &row, `
		SELECT `+conversationColumns+` FROM conversations
		WHERE user_id = $1 AND id = CASE WHEN $2::bigint > 0 THEN $2::bigint ELSE (SELECT conversation_id FROM messages WHERE user_id = $1 AND id = $3) END
		FOR UPDATE`, turn.UserID, turn.ConversationID, turn.RetryOf)
	if err != nil {
		return row, found(err, "locking a conversation")
	}
	if err := row.active(); err != nil {
		return row, err
	}
	return row, s.refuseBusy(ctx, tx, turn, row.ID)
}

// openConversation takes the session's empty conversation, or makes a new one.
func (s *Store) openConversation(ctx context.Context, tx *ownerdb.Tx, turn NewTurn) (conversationRow, error) {
	if turn.SessionID != "" {
		var row conversationRow
		err := tx.Get(ctx, &row, `
			SELECT `+conversationColumns+` FROM conversations
			WHERE user_id = $1 AND message_count = 0 AND status = 'active' AND id = (
				SELECT conversation_id FROM chatkit_sessions WHERE user_id = $1 AND session_id = $2)
			FOR UPDATE`, turn.UserID, turn.SessionID)
		if err == nil || !errors.Is(err, ownerdb.ErrNoRow) {
			return row, found(err, "taking the session's conversation")
		}
	}
	return s.newConversation(ctx, tx, turn.UserID, "", turn.SessionID)
}

// PageLeftError says that a turn is at work whose page left: whoever says something new there wants its end.
type PageLeftError struct{ RunID int64 }

func (e *PageLeftError) Error() string { return "a turn is at work whose page left" }

// refuseBusy returns ErrBusy or *PageLeftError while a turn is at work. One whose replica is gone is taken over by another;
// only a turn that lost its lease can't be, and is closed.
func (s *Store) refuseBusy(ctx context.Context, tx *ownerdb.Tx, turn NewTurn, conversationID int64) error {
	var atWork []struct {
		ID     int64 `db:"id"`
		Leased bool  `db:"leased"`
		Left   bool  `db:"left"`
	}
	err := tx.Select(ctx, &atWork, `
		SELECT m.id, l.run_id IS NOT NULL AS leased, l.left_at IS NOT NULL AS "left"
		FROM messages m LEFT JOIN turn_leases l ON l.user_id = m.user_id AND l.run_id = m.id
		WHERE m.user_id = $1 AND m.conversation_id = $2 AND m.state = 'running'`, turn.UserID, conversationID)
	if err != nil {
		return fmt.Errorf("looking for a turn at work: %w", err)
	}
	for _, run := range atWork {
		if run.Left {
			return &PageLeftError{RunID: run.ID}
		}
		if run.Leased {
			return ErrBusy
		}
		if err := s.closeInterrupted(ctx, tx, turn, conversationID, run.ID); err != nil {
			return err
		}
	}
	return refuseAlone(ctx, tx, turn.UserID, conversationID)
}

// refuseAlone returns ErrBusy while an action is at work that stands by itself: it shows its item when it ends, and nothing
// may come behind that before.
func refuseAlone(ctx context.Context, tx *ownerdb.Tx, userID string, conversationID int64) error {
	var atWork bool
	err := tx.Get(ctx, &atWork, `
		SELECT EXISTS (
			SELECT 1 FROM actions WHERE user_id = $1 AND conversation_id = $2 AND status = 'pending' AND record_id IS NULL)`,
		userID, conversationID)
	if err != nil {
		return fmt.Errorf("looking for an action at work: %w", err)
	}
	if atWork {
		return ErrBusy
	}
	return nil
}

// begin stores the question, or finds the one to be answered again, and begins its answer with the lease.
func (s *Store) begin(ctx context.Context, tx *ownerdb.Tx, turn NewTurn, before conversationRow, accepted *Turn) error {
	if turn.RetryOf != 0 {
		return s.beginAgain(ctx, tx, turn, before, accepted)
	}
	files, err := mayCarry(ctx, tx, turn)
	if err != nil {
		return err
	}
	row, now := conversationRow{}, s.now()
	err = tx.Get(ctx, &row, `
		UPDATE conversations
		SET last_position = last_position + 2, message_count = message_count + 1, updated_at = $3, title = COALESCE(title, NULLIF($4, '')),
			title_position = CASE WHEN title IS NULL AND $4 <> '' THEN last_position + 1 ELSE title_position END
		WHERE user_id = $1 AND id = $2
		RETURNING `+conversationColumns, turn.UserID, before.ID, now, titleOf(turn.Content, files))
	if err != nil {
		return fmt.Errorf("giving positions: %w", err)
	}
	if accepted.Skipped, err = skipWaiting(ctx, tx, turn.UserID, row.ID, now); err != nil {
		return err
	}
	question := messageRow{
		ID: s.ids.Next(), Position: row.LastPosition - 1, Role: api.RoleUser, Content: turn.Content, State: api.StateDone, CreatedAt: now,
	}
	if question.saidRow, err = rowOf(turn.Said); err != nil {
		return err
	}
	if err := insertQuestion(ctx, tx, turn.UserID, row.ID, question); err != nil {
		return err
	}
	accepted.titled(row, api.Message{Position: question.Position, Content: turn.Content, Attachments: files})
	if err := carry(ctx, tx, turn, row.ID, question.ID); err != nil {
		return err
	}
	return s.beginAnswer(ctx, tx, turn, row, question, now, accepted)
}

func insertQuestion(ctx context.Context, tx *ownerdb.Tx, userID string, conversationID int64, question messageRow) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO messages (user_id, id, conversation_id, position, role, content, state, created_at, `+saidColumns+`)
		VALUES ($1, $2, $3, $4, 'user', $5, 'done', $6, $7, $8, $9, $10)`,
		userID, question.ID, conversationID, question.Position, question.Content, question.CreatedAt,
		question.partsText(), question.QuotedText, question.Model, question.ToolChoice)
	if err != nil {
		return fmt.Errorf("storing what was said: %w", err)
	}
	return nil
}

// beginAgain supersedes what came after a question.
func (s *Store) beginAgain(ctx context.Context, tx *ownerdb.Tx, turn NewTurn, before conversationRow, accepted *Turn) error {
	asked, err := question(ctx, tx, turn.UserID, before.ID, turn.RetryOf)
	if err != nil {
		return err
	}
	now := s.now()
	if _, err = skipWaiting(ctx, tx, turn.UserID, before.ID, now); err != nil { // it goes with what is superseded
		return err
	}
	if accepted.Superseded, err = supersede(ctx, tx, turn.UserID, before.ID, asked, now); err != nil {
		return err
	}
	if accepted.GoneActions, err = supersedeActions(ctx, tx, turn.UserID, before.ID, asked, now); err != nil {
		return err
	}
	if accepted.Earlier, err = earlier(ctx, tx, turn.UserID, asked.ID); err != nil {
		return err
	}
	var row conversationRow
	err = tx.Get(ctx, &row, `
		UPDATE conversations SET last_position = last_position + 1, updated_at = $3
		WHERE user_id = $1 AND id = $2
		RETURNING `+conversationColumns, turn.UserID, before.ID, now)
	if err != nil {
		return fmt.Errorf("giving a position: %w", err)
	}
	return s.beginAnswer(ctx, tx, turn, row, asked, now, accepted)
}

// beginAnswer stores the answer that begins, at the last position that was given, and leases it to this replica.
func (s *Store) beginAnswer(ctx context.Context, tx *ownerdb.Tx, turn NewTurn, row conversationRow, question messageRow, now time.Time, accepted *Turn) error {
	answer, asked := s.ids.Next(), askedWith(turn, question)
	declared, err := declaredJSON(asked.ClientTools)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO messages (user_id, id, conversation_id, position, role, content, reply_to, state, created_at,
			resend_guard, idempotency_key, request_hash, model, tool_choice, client_tools)
		VALUES ($1, $2, $3, $4, 'assistant', '', $5, 'running', $6, NULLIF($7, ''), NULLIF($8, ''), $9, $10, $11, $12)`,
		turn.UserID, answer, row.ID, row.LastPosition, question.ID, now, turn.Guard, turn.Key, turn.Hash,
		orNull(asked.Model), orNull(asked.ToolChoice), declared); err != nil {
		return fmt.Errorf("beginning an answer: %w", err)
	}
	if err := beginLease(ctx, tx, turn.UserID, answer, turn.OwnerURL, turn.Lease); err != nil {
		return err
	}
	accepted.Conversation, accepted.RunID, accepted.Asked = row.conversation(), answer, asked
	accepted.UserMessage, err = question.message()
	return err
}

// readHistory gives the last messages of a conversation but for the answer that is only beginning.
func readHistory(ctx context.Context, tx *ownerdb.Tx, userID string, conversationID, beginning int64, limit int) ([]api.Message, error) {
	return readMessages(ctx, tx, userID, `
		SELECT * FROM (
			SELECT `+messageColumns+` FROM messages
			WHERE user_id = $1 AND conversation_id = $2 AND id <> $3 AND superseded_at IS NULL
			ORDER BY position DESC LIMIT $4) AS last
		ORDER BY position`, userID, conversationID, beginning, limit)
}
