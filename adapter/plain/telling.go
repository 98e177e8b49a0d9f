package plain

import (
	"context"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// Stream sends a message, and tells the turn as if it came step by step. The message is sent once; it goes on when the reader
// leaves, and a reader that comes back with the same request joins it.
func (c *Chat) Stream(ctx context.Context, who tokens.Identity, conversation translate.Key, request api.ChatRequest) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) {
		content, err := c.content(request)
		if err != nil {
			yield(api.Event{}, err)
			return
		}
		key := ""
		if request.ResendGuard != "" {
			key = who.Subject + "\x00" + request.ResendGuard
		}
		t := c.turns.begin(key, func() *turn { return c.newTurn(ctx, who, conversation, content, request.Model) })
		(&telling{turn: t, reader: ctx, yield: yield}).tell()
	}
}

// content is what is sent of a message: its text, behind what it quotes.
func (c *Chat) content(request api.ChatRequest) (string, error) {
	switch {
	case request.RetryOf != nil:
		return "", errNoRetry
	case len(request.Attachments) > 0:
		return "", errNoAttachments
	case request.Model != "" && c.service.mapping.Request.Model == "":
		return "", errNoModel
	case request.ToolChoice != "":
		return "", errNoToolChoice
	}
	content := request.Content
	for _, part := range request.Parts {
		content += part.Words()
	}
	if request.QuotedText != "" {
		content = "> " + strings.ReplaceAll(request.QuotedText, "\n", "\n> ") + "\n\n" + content
	}
	return content, nil
}

// telling tells a turn to one reader.
type telling struct {
	*turn
	reader context.Context
	yield  func(api.Event, error) bool
	early  *api.Message // what the person said, as it was shown before it was stored
	over   bool         // nobody reads any more
}

func (t *telling) say(bodies ...api.Body) {
	for _, body := range bodies {
		t.over = t.over || t.reader.Err() != nil || !t.yield(api.Event{Body: body}, nil)
		if t.over {
			return
		}
	}
}

// wait waits for a channel to be closed, or for a time; false says that neither came.
func (t *telling) wait(closed <-chan struct{}, most time.Duration) (came bool) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-closed:
		return true
	case <-timer.C:
	case <-t.reader.Done():
		t.over = true
	}
	return false
}

// forEver is longer than any turn.
const forEver = time.Hour

func (t *telling) tell() {
	if !t.wait(t.known, forEver) {
		return
	}
	if t.conversation != "" && !t.wait(t.ended, t.pace.Grace) {
		t.beginEarly()
	}
	for !t.over && !t.wait(t.ended, workingEvery) {
		if t.early != nil {
			t.say(translate.Working{For: t.clock().Sub(t.began)})
		}
	}
	if !t.over {
		t.end()
	}
}

// workingEvery is how often it is said that a turn is at work.
const workingEvery = 5 * time.Second

// beginEarly shows what the person said before the answer has come.
func (t *telling) beginEarly() {
	if t.over {
		return
	}
	early := t.before.said(t.before.count, t.content, t.began.UTC().Truncate(time.Microsecond))
	t.early = &early
	t.say(t.started(t.before.conversation, early), translate.Working{})
}

// started begins every turn. Its number means nothing: nothing can be asked of it.
func (t *telling) started(c api.Conversation, said api.Message) api.RunStarted {
	return api.RunStarted{RunID: 1, Conversation: c, UserMessage: said}
}

// end tells how the turn ended.
func (t *telling) end() {
	switch {
	case t.err != nil:
		t.takeBack()
		if !t.over {
			t.yield(api.Event{}, t.err)
		}
	case t.after != nil && (!t.unsure || len(t.after.since(t.before.count)) > 0):
		t.show(*t.after)
	case t.failure != "":
		t.takeBack()
		t.say(api.RunFailed{Message: t.failure})
	default:
		t.takeBack()
		t.say(maybeDone)
	}
}

// What is said when an answer did not come. present words them by their codes.
var (
	maybeDone = api.RunFailed{Code: "maybe_done", Message: "Something went wrong while the assistant was answering. It may have done what you asked for: please look before you send it again."}
	late      = api.RunFailed{Code: "answer_late", Message: "Something went wrong while the assistant was answering. The answer may still come: reload in a moment to see it."}
)

// takeBack takes what the person said away again where it is not stored.
func (t *telling) takeBack() {
	if t.early != nil {
		t.say(translate.Gone{Message: *t.early})
	}
}

// show shows what came of the message, as it is stored.
func (t *telling) show(h history) {
	told := h.since(t.before.count)
	said, answer := t.roles(h, told)
	if t.early == nil {
		t.say(t.started(h.conversation, said))
	} else if h.conversation.Title != t.before.conversation.Title {
		t.say(api.ConversationUpdated{Conversation: h.conversation})
	}
	for i, m := range told {
		if i == answer {
			t.answer(m.Message)
		} else {
			t.say(translate.Stored{Message: m.Message})
		}
	}
	switch {
	case t.unsure:
		t.say(late)
	case answer < 0:
		t.say(maybeDone)
	default:
		t.say(api.RunCompleted{Answer: told[answer].Message})
	}
}

// roles finds what the person said in what is stored, and the last answer; answer is -1 when there is none.
func (t *telling) roles(h history, told []message) (said api.Message, answer int) {
	answer = -1
	for i, m := range told {
		if m.Role == api.RoleAssistant {
			answer = i
		} else if said.ID == 0 || said.Content != t.content && m.Content == t.content {
			said = m.Message
		}
	}
	if said.ID == 0 { // a service that stores answers only
		said = h.said(t.before.count, t.content, t.began.UTC().Truncate(time.Microsecond))
	}
	return said, answer
}

// answer tells the last answer: what its calls did, and its text bit by bit.
func (t *telling) answer(m api.Message) {
	for _, step := range m.Steps {
		if step.Content == "" {
			t.say(api.MessageCompleted{Step: step})
			continue
		}
		t.say(api.MessageStarted{Step: api.StepHead{ID: step.ID, Position: step.Position, CreatedAt: step.CreatedAt}})
		for i, piece := range pieces(step.Content) {
			if i > 0 {
				t.wait(nil, t.pace.Delta) // nothing ends it but the time, or the reader
			}
			t.say(api.MessageDelta{StepID: step.ID, Text: piece})
		}
		t.say(api.MessageCompleted{Step: step})
	}
}

// How an answer is cut into pieces.
const (
	maxPieces = 100 // so that the longest answer is told in a few seconds
	minPiece  = 12  // bytes
)

// pieces cuts a text at spaces, where there are any.
func pieces(text string) (all []string) {
	least := max(minPiece, len(text)/maxPieces)
	for len(text) > 2*least {
		end := least
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end++
		}
		if space := strings.IndexAny(text[end:2*least], " \n"); space >= 0 {
			end += space + 1
		}
		all, text = append(all, text[:end]), text[end:]
	}
	return append(all, text)
}
