package plain

import (
	"context"
	"log/slog"
	"time"

	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// Chat is a plain chat service for one adapter. It may be used by many at once. Make one with New.
type Chat struct {
	service *Service
	log     *slog.Logger
	clock   func() time.Time
	pace    Pace
	turns   turns
}

// Pace is how things are told and waited for. The zero value of each takes the default beside it.
type Pace struct {
	Grace  time.Duration // 400 ms: a message that is refused at once is shown as never sent
	Delta  time.Duration // 25 ms: between pieces of an answer
	Settle time.Duration // 30 s: how long an answer is looked for in history when its request broke
	Look   time.Duration // 1 s: between two such looks
}

func (p Pace) withDefaults() Pace {
	for value, usual := range map[*time.Duration]time.Duration{
		&p.Grace: 400 * time.Millisecond, &p.Delta: 25 * time.Millisecond, &p.Settle: 30 * time.Second, &p.Look: time.Second,
	} {
		if *value <= 0 {
			*value = usual
		}
	}
	return p
}

// New makes a Chat.
func New(service *Service, log *slog.Logger, clock func() time.Time, pace Pace) *Chat {
	return &Chat{service: service, log: log, clock: clock, pace: pace.withDefaults(), turns: turns{at: map[string]*turn{}}}
}

// Messages gives a page of a conversation's messages.
func (c *Chat) Messages(ctx context.Context, who tokens.Identity, conversation translate.Key, page api.PageRequest) (api.MessagePage, error) {
	history, err := c.service.History(ctx, who, conversation)
	if err != nil {
		return api.MessagePage{}, err
	}
	return history.page(page), nil
}

// Conversations gives a page of the person's conversations.
func (c *Chat) Conversations(ctx context.Context, who tokens.Identity, page api.PageRequest) (api.ConversationPage, error) {
	all, err := c.service.List(ctx, who)
	if err != nil {
		return api.ConversationPage{}, err
	}
	return pageOf(all, page)
}

// Rename gives a conversation another title, where the service can.
func (c *Chat) Rename(ctx context.Context, who tokens.Identity, conversation translate.Key, title string) (api.Conversation, error) {
	if err := c.change(ctx, who, conversation, errNoRename, func() error { return c.service.Rename(ctx, who, conversation, title) }); err != nil {
		return api.Conversation{}, err
	}
	history, err := c.service.History(ctx, who, conversation)
	return history.conversation, err
}

// Delete deletes a conversation, where the service can.
func (c *Chat) Delete(ctx context.Context, who tokens.Identity, conversation translate.Key) error {
	return c.change(ctx, who, conversation, errNoDelete, func() error { return c.service.Delete(ctx, who, conversation) })
}
