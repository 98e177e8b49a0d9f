package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

type messageRow struct {
	ID        int64          `db:"id"`
	Position  int64          `db:"position"`
	Role      string         `db:"role"`
	Content   string         `db:"content"`
	ReplyTo   sql.NullInt64  `db:"reply_to"`
	State     string         `db:"state"`
	Code      sql.NullString `db:"code"`
	CreatedAt time.Time      `db:"created_at"`
	Feedback  sql.NullString `db:"feedback"`
	saidRow
}

const messageColumns = `id, position, role, content, reply_to, state, code, created_at, feedback, ` + saidColumns

func (r messageRow) message() (api.Message, error) {
	message := api.Message{
		ID: r.ID, Role: r.Role, Content: r.Content, ToolCalls: []api.ToolCall{}, CreatedAt: r.CreatedAt.UTC(),
		Position: r.Position, State: r.State, Code: r.Code.String, ReplyTo: r.ReplyTo.Int64, Feedback: r.Feedback.String,
	}
	if r.Role != api.RoleUser {
		return message, nil // what an answer is asked with is nobody's but the run's
	}
	var err error
	message.Said, err = r.said()
	return message, err
}

type stepRow struct {
	ID        int64          `db:"id"`
	MessageID int64          `db:"message_id"`
	Position  int64          `db:"position"`
	Ordinal   int            `db:"ordinal"`
	Content   string         `db:"content"`
	State     string         `db:"state"`
	Code      sql.NullString `db:"code"`
	Cut       sql.NullString `db:"cut"`
	CreatedAt time.Time      `db:"created_at"`
}

const stepColumns = `id, message_id, position, ordinal, content, state, code, cut, created_at`

func (r stepRow) step() api.Step {
	return api.Step{
		ID: r.ID, Position: r.Position, Content: r.Content, ToolCalls: []api.ToolCall{}, Code: r.Code.String,
		CreatedAt: r.CreatedAt.UTC(),
	}
}

type callRow struct {
	ID         int64          `db:"id"`
	StepID     int64          `db:"step_id"`
	Index      int            `db:"index"`
	Tool       string         `db:"tool"`
	Parameters []byte         `db:"parameters"`
	Status     string         `db:"status"`
	Result     []byte         `db:"result"`
	Refreshed  []byte         `db:"refreshed"`
	Revision   int64          `db:"revision"`
	Code       sql.NullString `db:"code"`
	Error      sql.NullString `db:"error"`
	WaitsFor   sql.NullString `db:"waits_for"`
	Confirms   []byte         `db:"confirms"`
	Shows      []byte         `db:"shows"`
	StartedAt  *time.Time     `db:"started_at"`
	FinishedAt *time.Time     `db:"finished_at"`
}

const callColumns = `id, step_id, index, tool, parameters, status, result, refreshed, revision, code, error, waits_for, confirms, shows, started_at, finished_at`

func (r callRow) record() api.ToolCall {
	record := api.ToolCall{
		ID: r.ID, Index: r.Index, Tool: r.Tool, Parameters: json.RawMessage(r.Parameters), Status: api.CallStatus(r.Status),
		Result: json.RawMessage(r.Result), Refreshed: json.RawMessage(r.Refreshed), Revision: r.Revision,
		Code: r.Code.String, Error: r.Error.String, For: r.WaitsFor.String, StartedAt: utc(r.StartedAt), FinishedAt: utc(r.FinishedAt),
	}
	if r.Confirms != nil && json.Unmarshal(r.Confirms, &record.Confirms) != nil {
		record.Confirms = nil // and nothing is allowed by it
	}
	if r.Shows != nil && json.Unmarshal(r.Shows, &record.Shows) != nil {
		record.Shows = nil // written by another version: the record stands without it
	}
	return record
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// ConversationWithMessages gives a conversation and all its messages, answers at work left out.
func (s *Store) ConversationWithMessages(ctx context.Context, userID string, id int64) (api.ConversationWithMessages, error) {
	var conversation conversationRow
	var messages []api.Message
	err := s.db.As(ctx, userID, func(tx *ownerdb.Tx) (err error) {
		if err := readConversation(ctx, tx, &conversation, userID, id); err != nil {
			return err
		}
		messages, err = readMessages(ctx, tx, userID, `
			SELECT `+messageColumns+` FROM messages
			WHERE user_id = $1 AND conversation_id = $2 AND superseded_at IS NULL AND state <> 'running'
			ORDER BY position`, userID, id)
		if err != nil {
			return err
		}
		return seen(ctx, tx, userID, messages)
	})
	return api.ConversationWithMessages{Conversation: conversation.conversation(), Messages: messages}, err
}

// messagesQuery is one of two constant texts. Going up, the one answer that begins before the cursor comes again when a
// step of its lies behind it (LEAST ignores a NULL: no step behind the cursor).
func messagesQuery(page Page) string {
	const list = `
		SELECT ` + messageColumns + ` FROM messages
		WHERE user_id = $1 AND conversation_id = $2 AND superseded_at IS NULL`
	if page.Ascending {
		return list + `
			AND position >= LEAST($4 + 1, (
				SELECT answer.position FROM messages answer WHERE answer.user_id = $1 AND answer.id = (
					SELECT message_id FROM steps
					WHERE user_id = $1 AND conversation_id = $2 AND steps.position > $4 AND steps.state = 'done'
					ORDER BY steps.position LIMIT 1)))
			ORDER BY position LIMIT $3`
	}
	return list + ` AND position < $4 ORDER BY position DESC LIMIT $3`
}

// fromEnd is the position that a page begins behind: going down from nowhere, one that is never given.
func fromEnd(page Page) int64 {
	if page.After == 0 && !page.Ascending {
		return api.MaxID + 1
	}
	return page.After
}

// readMessages runs a query for messageColumns, and puts under each answer its steps and their calls, and to each thing
// that was said what it carried.
func readMessages(ctx context.Context, tx *ownerdb.Tx, userID, query string, args ...any) ([]api.Message, error) {
	var rows []messageRow
	if err := tx.Select(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("reading messages: %w", err)
	}
	var answers, questions []int64
	for _, row := range rows {
		if row.Role == api.RoleAssistant {
			answers = append(answers, row.ID)
		} else {
			questions = append(questions, row.ID)
		}
	}
	carried, err := readCarried(ctx, tx, userID, questions)
	if err != nil {
		return nil, err
	}
	steps, err := readSteps(ctx, tx, userID, answers)
	if err != nil {
		return nil, err
	}
	messages := make([]api.Message, 0, len(rows))
	for _, row := range rows {
		message, err := row.message()
		if err != nil {
			return nil, err
		}
		message.Steps, message.Attachments = steps[row.ID], carried[row.ID]
		for _, step := range message.Steps {
			message.ToolCalls = append(message.ToolCalls, step.ToolCalls...)
		}
		messages = append(messages, message)
	}
	return messages, nil
}

// readSteps gives the stored steps of answers, in order, by answer. A step whose reply is not whole yet is left out.
func readSteps(ctx context.Context, tx *ownerdb.Tx, userID string, answers []int64) (map[int64][]api.Step, error) {
	if len(answers) == 0 {
		return nil, nil
	}
	var rows []stepRow
	err := tx.Select(ctx, &rows, `
		SELECT `+stepColumns+` FROM steps
		WHERE user_id = $1 AND message_id = ANY($2) AND state = 'done' ORDER BY position`, userID, pq.Array(answers))
	if err != nil {
		return nil, fmt.Errorf("reading steps: %w", err)
	}
	ids := make([]int64, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	calls, err := readCalls(ctx, tx, userID, ids)
	if err != nil {
		return nil, err
	}
	steps := make(map[int64][]api.Step, len(answers))
	for _, row := range rows {
		step := row.step()
		step.ToolCalls = append(step.ToolCalls, calls[row.ID]...) // never nil: it is a list on the wire
		steps[row.MessageID] = append(steps[row.MessageID], step)
	}
	return steps, nil
}

// readCalls gives the calls of steps, in index order, by step.
func readCalls(ctx context.Context, tx *ownerdb.Tx, userID string, steps []int64) (map[int64][]api.ToolCall, error) {
	if len(steps) == 0 {
		return nil, nil
	}
	var rows []callRow
	err := tx.Select(ctx, &rows, `
		SELECT `+callColumns+` FROM tool_calls
		WHERE user_id = $1 AND step_id = ANY($2) ORDER BY step_id, index`, userID, pq.Array(steps))
	if err != nil {
		return nil, fmt.Errorf("reading tool calls: %w", err)
	}
	calls := make(map[int64][]api.ToolCall, len(steps))
	for _, row := range rows {
		calls[row.StepID] = append(calls[row.StepID], row.record())
	}
	return calls, nil
}
