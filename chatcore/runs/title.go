package runs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

// Titles words a conversation's title, from what was said in it first.
type Titles interface {
	Title(ctx context.Context, said string) (string, error)
}

// titleTime bounds how long a title is waited for at all, beside the turn and after it.
const titleTime = 30 * time.Second

// title has the model word the title that a turn took from what was said. It is asked once, beside the turn, and its title
// stands in the conversation when it comes, unless the person has given another meanwhile. Who follows the turn is told of it at
// the turn's end. When no title comes, the conversation keeps the one it has.
func (m *Manager) title(ctx context.Context, run *Run, said api.Message) {
	if m.config.Titles == nil || said.Content == "" { // what came is a file: its name is the title
		return
	}
	asked := make(chan struct{})
	run.titling = asked
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), titleTime)
	m.titling.Go(func() {
		defer close(asked)
		defer cancel()
		err := m.retitle(ctx, run, said)
		if err != nil && !errors.Is(err, store.ErrNotFound) { // renamed or deleted meanwhile
			m.log.WarnContext(ctx, "a conversation keeps its first title", "run_id", run.ID, "error", err)
		}
	})
	m.titling.Go(func() {
		select {
		case <-m.untitled:
			cancel()
		case <-asked:
		}
	})
}

func (m *Manager) retitle(ctx context.Context, run *Run, said api.Message) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("panic: %v", value)
		}
	}()
	title, err := m.config.Titles.Title(ctx, said.Content)
	if err != nil {
		return err
	}
	return m.store.Retitle(ctx, run.UserID, run.conversation, said.Position, title)
}

// awaitTitle waits for a title that is on its way when the turn is ready to end, for a moment.
func (m *Manager) awaitTitle(ctx context.Context, run *Run) {
	if run.titling == nil {
		return
	}
	moment := time.NewTimer(m.config.TitleWait)
	defer moment.Stop()
	select {
	case <-run.titling:
	case <-moment.C:
	case <-ctx.Done():
	}
}

// news tells followers of the conversation as it was stored with the turn's end, if it has another title or status.
func (j *journal) news(conversation api.Conversation) {
	j.run.change(func(t *Transcript) {
		was := t.Started.Conversation
		if t.News = nil; conversation.Title != was.Title || conversation.Status != was.Status {
			t.News = &conversation
		}
	})
}
