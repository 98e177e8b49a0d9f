package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// Chat is the chat API for one adapter. It may be used by many at once.
type Chat struct {
	Client *api.Client
	Keys   *tokens.Keys     // signs a hop token for each call; nil: Token or the caller's own goes along
	Token  string           // of the adapter, for a chat API that knows services and not users; only without Keys
	Clock  func() time.Time // of the hop tokens

	Patience time.Duration // how long a turn whose stream broke is looked for; 20 s when zero
}

// Conversations gives a page of the person's conversations.
func (c *Chat) Conversations(ctx context.Context, who tokens.Identity, page api.PageRequest) (api.ConversationPage, error) {
	return read(ctx, c, who, func(caller api.Caller) (api.ConversationPage, error) {
		return c.Client.Conversations(ctx, caller, page)
	}, 0)
}

// Messages gives a page of a conversation's messages.
func (c *Chat) Messages(ctx context.Context, who tokens.Identity, conversation translate.Key, page api.PageRequest) (api.MessagePage, error) {
	id, err := number(conversation)
	if err != nil {
		return api.MessagePage{}, err
	}
	return read(ctx, c, who, func(caller api.Caller) (api.MessagePage, error) {
		return c.Client.Messages(ctx, caller, id, page)
	}, page.Wait)
}

// Rename gives a conversation another title.
func (c *Chat) Rename(ctx context.Context, who tokens.Identity, conversation translate.Key, title string) (api.Conversation, error) {
	id, err := number(conversation)
	if err != nil {
		return api.Conversation{}, err
	}
	caller, err := c.caller(who)
	if err != nil {
		return api.Conversation{}, err
	}
	return c.Client.UpdateConversation(ctx, caller, id, api.ConversationPatch{Title: &title})
}

// Delete deletes a conversation.
func (c *Chat) Delete(ctx context.Context, who tokens.Identity, conversation translate.Key) error {
	id, err := number(conversation)
	if err != nil {
		return err
	}
	caller, err := c.caller(who)
	if err != nil {
		return err
	}
	return c.Client.DeleteConversation(ctx, caller, id)
}

// OpenSession makes a ChatKit session that lasts for lifetime.
func (c *Chat) OpenSession(ctx context.Context, who tokens.Identity, lifetime time.Duration) (api.Session, error) {
	caller, err := c.caller(who)
	if err != nil {
		return api.Session{}, err
	}
	return c.Client.OpenSession(ctx, caller, api.SessionRequest{ExpiresIn: int(lifetime / time.Second)})
}

// Transcribe gives the words in a recording. It is not repeated: it costs.
func (c *Chat) Transcribe(ctx context.Context, who tokens.Identity, audio []byte, mediaType string) (api.Transcription, error) {
	caller, err := c.caller(who)
	if err != nil {
		return api.Transcription{}, err
	}
	return c.Client.Transcribe(ctx, caller, audio, mediaType)
}

// number is the conversation's. What has none is none of chatcore's: it is not there.
func number(conversation translate.Key) (int64, error) {
	id, ok := conversation.Number()
	if !ok {
		return 0, &api.Problem{Status: http.StatusNotFound, Code: "not_found"}
	}
	return id, nil
}

// caller names the person to chatcore, with a token that is good for this call only.
func (c *Chat) caller(who tokens.Identity) (api.Caller, error) {
	caller := api.Caller{UserID: who.Subject, Bearer: who.Token}
	switch {
	case c.Keys != nil:
		hop, err := c.Keys.Sign(c.Clock(), tokens.Claims{
			Issuer: tokens.HopAdapter, Audience: tokens.HopChatcore, Lifetime: tokens.HopLifetime,
			Subject: who.Subject, SessionID: who.SessionID,
		})
		if err != nil {
			return api.Caller{}, fmt.Errorf("minting a hop token: %w", err)
		}
		caller.Bearer = hop
	case c.Token != "":
		caller.Bearer = c.Token
	}
	return caller, nil
}

// How long and how often a read is repeated: a person waits for it.
const (
	readTries = 4
	readTime  = 3 * time.Second
	firstWait = 100 * time.Millisecond
)

// read makes a call that changes nothing, and again while no answer comes. An answer is final, also a bad one. One that
// may be held back for wait has that much more time.
func read[T any](ctx context.Context, c *Chat, who tokens.Identity, call func(api.Caller) (T, error), wait time.Duration) (T, error) {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval = firstWait
	return backoff.Retry(ctx, func() (T, error) {
		var none T
		caller, err := c.caller(who)
		if err != nil {
			return none, backoff.Permanent(err)
		}
		answer, err := call(caller)
		var problem *api.Problem
		if errors.As(err, &problem) {
			return none, backoff.Permanent(err)
		}
		return answer, err
	}, backoff.WithBackOff(waits), backoff.WithMaxTries(readTries), backoff.WithMaxElapsedTime(readTime+wait))
}
