package store

import (
	"context"
	"fmt"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// Conversations gives those that have a message and are not archived, newest change first unless asked otherwise. more
// says that others follow. A list that is read in pages while conversations change misses none that stays where it is, and
// gives none of those twice; with page.Changed that holds also when the last one of a page changes. Without, the page begins
// behind where page.After stands now, or stood when it was deleted within keptPlace; ErrNotFound when it never was there.
func (s *Store) Conversations(ctx context.Context, userID string, page Page) (list []api.Conversation, more bool, err error) {
	var rows []conversationRow
	err = s.db.Look(ctx, userID, func(tx *ownerdb.Tx) error {
		var changed any = page.Changed
		switch {
		case page.After == 0:
			page.After, changed = beyond(page)
		case page.Changed.IsZero():
			var err error
			if changed, err = placeOf(ctx, tx, userID, page.After); err != nil {
				return err
			}
		}
		if err := tx.Select(ctx, &rows, conversationsQuery(page), userID, page.Limit+1, changed, page.After); err != nil {
			return fmt.Errorf("listing conversations: %w", err)
		}
		return nil
	})
	if more = len(rows) > page.Limit; more {
		rows = rows[:page.Limit]
	}
	list = make([]api.Conversation, 0, len(rows))
	for _, row := range rows {
		list = append(list, row.conversation())
	}
	return list, more, err
}

// beyond is a place outside the list, before its beginning.
func beyond(page Page) (id int64, changed string) {
	if page.Ascending {
		return 0, "-infinity"
	}
	return api.MaxID + 1, "infinity"
}

// conversationsQuery is one of two constant texts. Each reads conversations_by_change from a place on and no further than
// the page, however many there are.
func conversationsQuery(page Page) string {
	const list = `
		SELECT ` + conversationColumns + ` FROM conversations
		WHERE user_id = $1 AND message_count > 0 AND NOT archived`
	if page.Ascending {
		return list + ` AND (updated_at, id) > ($3::timestamptz, $4) ORDER BY updated_at, id LIMIT $2`
	}
	return list + ` AND (updated_at, id) < ($3::timestamptz, $4) ORDER BY updated_at DESC, id DESC LIMIT $2`
}

// keptPlace is how long it is known where a deleted conversation stood: who reads a list goes on behind it.
const keptPlace = 24 * time.Hour

// keepPlace notes where a conversation stands that is about to be deleted, and forgets the places of long ago.
func (s *Store) keepPlace(ctx context.Context, tx *ownerdb.Tx, userID string, id int64) error {
	now := s.now()
	if _, err := tx.Exec(ctx, `
		INSERT INTO deleted_conversations (user_id, id, updated_at, deleted_at)
		SELECT user_id, id, updated_at, $3 FROM conversations WHERE user_id = $1 AND id = $2 AND message_count > 0
		ON CONFLICT (user_id, id) DO NOTHING`, userID, id, now); err != nil {
		return fmt.Errorf("noting a place: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM deleted_conversations WHERE user_id = $1 AND deleted_at < $2`, userID, now.Add(-keptPlace)); err != nil {
		return fmt.Errorf("forgetting places: %w", err)
	}
	return nil
}

// placeOf says when a conversation changed last, also one that was deleted.
func placeOf(ctx context.Context, tx *ownerdb.Tx, userID string, id int64) (changed time.Time, err error) {
	err = tx.Get(ctx, &changed, `
		SELECT updated_at FROM conversations WHERE user_id = $1 AND id = $2
		UNION ALL SELECT updated_at FROM deleted_conversations WHERE user_id = $1 AND id = $2
		LIMIT 1`, userID, id)
	return changed, found(err, "looking for a place in a list")
}
