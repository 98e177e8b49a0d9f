package store

import (
	"context"
	"fmt"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// skippedRow is a call that was talked past, with the head of its step.
type skippedRow struct {
	callRow
	Position    int64     `db:"position"`
	StepCreated time.Time `db:"step_created"`
}

func (r skippedRow) skipped() api.SkippedCall {
	return api.SkippedCall{
		Step:   api.StepHead{ID: r.StepID, Position: r.Position, CreatedAt: r.StepCreated.UTC()},
		Record: r.record(),
	}
}

// skipWaiting closes the turn that waits in a conversation, if one does: the person has said something new. What the
// model reads of the call says that it was skipped.
func skipWaiting(ctx context.Context, tx *ownerdb.Tx, userID string, conversationID int64, now time.Time) ([]api.SkippedCall, error) {
	closed, err := tx.Exec(ctx, `
		UPDATE tool_calls SET status = 'skipped', code = 'skipped', finished_at = $3, finish_rank = tool_calls.index,
			result = CASE waits_for WHEN 'client_tool' THEN '{"skipped":true}'::json ELSE '{"status":"skipped","answers":{}}'::json END
		FROM steps JOIN messages ON messages.user_id = steps.user_id AND messages.id = steps.message_id
		WHERE tool_calls.user_id = $1 AND steps.user_id = $1 AND steps.id = tool_calls.step_id
			AND messages.conversation_id = $2 AND messages.state = 'waiting'
			AND tool_calls.status = 'pending' AND tool_calls.waits_for IS NOT NULL`, userID, conversationID, now)
	if err != nil || closed == 0 {
		return nil, found(err, "skipping what was waited for")
	}
	if _, err := tx.Exec(ctx, `
		UPDATE messages SET state = 'done', ended_at = $3 WHERE user_id = $1 AND conversation_id = $2 AND state = 'waiting'`,
		userID, conversationID, now); err != nil {
		return nil, fmt.Errorf("closing an answer that waited: %w", err)
	}
	return skippedAt(ctx, tx, userID, conversationID, now)
}

// skippedBy are the calls that a turn's message talked past.
func skippedBy(ctx context.Context, tx *ownerdb.Tx, turn *StoredTurn) ([]api.SkippedCall, error) {
	return skippedAt(ctx, tx, turn.UserID, turn.Conversation.ID, turn.Answer.CreatedAt)
}

// skippedAt finds them by the moment in which they were skipped, which is the one in which the answer after them began.
// What went with an answer that was superseded then is not among them.
func skippedAt(ctx context.Context, tx *ownerdb.Tx, userID string, conversationID int64, at time.Time) (skipped []api.SkippedCall, err error) {
	var rows []skippedRow
	err = tx.Select(ctx, &rows, `
		SELECT call.id, call.step_id, call.index, call.tool, call.parameters, call.status, call.result, call.refreshed, call.revision, call.code,
			call.error, call.waits_for, call.confirms, call.started_at, call.finished_at, steps.position, steps.created_at AS step_created
		FROM messages
		JOIN steps ON steps.user_id = messages.user_id AND steps.message_id = messages.id
		JOIN tool_calls call ON call.user_id = steps.user_id AND call.step_id = steps.id
		WHERE messages.user_id = $1 AND messages.conversation_id = $2 AND messages.ended_at = $3
			AND messages.superseded_at IS DISTINCT FROM $3
			AND call.waits_for IS NOT NULL AND call.status = 'skipped' AND call.finished_at = $3
		ORDER BY steps.position`, userID, conversationID, at)
	for _, row := range rows {
		skipped = append(skipped, row.skipped())
	}
	return skipped, found(err, "reading what was skipped")
}
