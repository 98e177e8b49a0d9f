package store

import (
	"context"
	"strings"
	"unicode"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// maxTitle is how many characters of a message make a title.
const maxTitle = 60

// titleOf makes a title of the first thing that was said, or, where that was no words, of the file that came with it.
func titleOf(content string, attachments []api.Attachment) string {
	title := titleFrom(content)
	if title == "" && len(attachments) > 0 {
		return titleFrom(attachments[0].Name)
	}
	return title
}

// titleFrom makes a title of the first thing that was said: one line, cut between words. It is empty when there is nothing
// in it that a line can show.
func titleFrom(content string) string {
	words := strings.FieldsFunc(content, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	line := []rune(strings.Join(words, " "))
	if len(line) <= maxTitle {
		return string(line)
	}
	cut := line[:maxTitle-1]
	for i := len(cut) - 1; i > maxTitle/2; i-- {
		if cut[i] == ' ' {
			cut = cut[:i]
			break
		}
	}
	return string(cut) + "…"
}

// titled notes whether a question's turn gave the conversation its title.
func (t *Turn) titled(row conversationRow, question api.Message) {
	if t.Titled = row.TitleFrom.Valid && row.TitleFrom.Int64 == question.Position; t.Titled {
		t.FirstTitle, t.Retitled = titleOf(question.Content, question.Attachments), row.TitleByModel
	}
}

// Retitle puts the model's title in the place of the one that was taken from the message at a position. ErrNotFound says
// that this is not the title any more: the person gave another, or a model did; doing the same again is fine. It is no
// change that moves the conversation up in lists.
func (s *Store) Retitle(ctx context.Context, userID string, conversationID, position int64, title string) error {
	return s.db.As(ctx, userID, func(tx *ownerdb.Tx) error {
		changed, err := tx.Exec(ctx, `
			UPDATE conversations SET title = $4, title_by_model = true
			WHERE user_id = $1 AND id = $2 AND title_position = $3 AND (NOT title_by_model OR title = $4)`,
			userID, conversationID, position, title)
		if err == nil && changed == 0 {
			return ErrNotFound
		}
		return found(err, "giving a conversation the model's title")
	})
}
