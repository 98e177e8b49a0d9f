package plain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"taskpilot/adapter/mapping"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// Service calls a chat service as its mapping says. Its errors are *api.Problem when it answered that it won't; others mean
// that no answer came that can be read.
type Service struct {
	base    string
	http    *http.Client
	mapping mapping.Mapping
	token   string
	log     *slog.Logger
	clock   func() time.Time
}

// NewService makes a way to the service at base. token is CHAT_API_TOKEN, or empty. client should have no timeout of its own.
func NewService(base string, client *http.Client, m mapping.Mapping, token string, log *slog.Logger, clock func() time.Time) (*Service, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" {
		return nil, fmt.Errorf("%q is no address of a chat service", base)
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // the token is for this host
	return &Service{base: strings.TrimRight(base, "/"), http: &own, mapping: m, token: token, log: log, clock: clock}, nil
}

// History reads a conversation with its messages.
func (s *Service) History(ctx context.Context, who tokens.Identity, conversation translate.Key) (history, error) {
	id, ok := idOf(conversation)
	if !ok {
		return history{}, errNotThere
	}
	value, err := s.reading(ctx, who, s.mapping.Routes.Conversation, id)
	if err != nil {
		return history{}, theirs(err)
	}
	h, ok := read(s.mapping, conversation, value)
	if !ok {
		return h, fmt.Errorf("a conversation: %w", errUnreadable)
	}
	return h, nil
}

// List reads the person's conversations.
func (s *Service) List(ctx context.Context, who tokens.Identity) ([]api.Conversation, error) {
	value, err := s.reading(ctx, who, s.mapping.Routes.Conversations, nil)
	if err != nil {
		return nil, err
	}
	all, ok := readList(s.mapping.Conversations, value)
	if !ok {
		return nil, fmt.Errorf("a list of conversations: %w", errUnreadable)
	}
	return all, nil
}

// Rename gives a conversation another title.
func (s *Service) Rename(ctx context.Context, who tokens.Identity, conversation translate.Key, title string) error {
	body := map[string]any{}
	put(body, s.mapping.Routes.Rename.Field, title)
	return s.change(ctx, who, s.mapping.Routes.Rename, conversation, body, errNoRename)
}

// Delete deletes a conversation.
func (s *Service) Delete(ctx context.Context, who tokens.Identity, conversation translate.Key) error {
	return s.change(ctx, who, s.mapping.Routes.Delete, conversation, nil, errNoDelete)
}

func (s *Service) change(ctx context.Context, who tokens.Identity, route mapping.Route, conversation translate.Key, body any, absent error) error {
	id, ok := idOf(conversation)
	switch {
	case !ok:
		return errNotThere
	case route.Absent:
		return absent
	}
	_, err := s.send(ctx, call{who: who, route: route, conversation: id, body: body, timeout: time.Duration(s.mapping.Limits.Read)})
	return theirs(err)
}

// Say sends a message, once. The answer may say anything.
func (s *Service) Say(ctx context.Context, who tokens.Identity, conversation translate.Key, content, model string) (any, error) {
	body := map[string]any{}
	for path, value := range s.mapping.Request.Constants {
		put(body, path, value)
	}
	put(body, s.mapping.Request.Content, content)
	c := call{who: who, route: s.mapping.Routes.Chat, body: body, timeout: time.Duration(s.mapping.Limits.Answer), wanted: true, content: true}
	if conversation != "" {
		id, ok := idOf(conversation)
		if !ok {
			return nil, errNotThere
		}
		put(body, s.mapping.Request.ConversationID, id)
		c.conversation = id
	}
	if s.mapping.User.Body != "" {
		put(body, s.mapping.User.Body, who.Subject)
	}
	if model != "" {
		put(body, s.mapping.Request.Model, model)
	}
	answer, err := s.send(ctx, c)
	var problem *api.Problem
	if conversation == "" && errors.As(err, &problem) && problem.Status == http.StatusNotFound {
		s.log.ErrorContext(ctx, "the chat service knows no route for a message: check CHAT_API_URL and the mapping")
		return nil, errMisconfigured
	}
	return answer, err
}

// theirs says of a conversation that is not the person's, or can't be, that it isn't there.
func theirs(err error) error {
	var problem *api.Problem
	if !errors.As(err, &problem) {
		return err
	}
	switch problem.Status {
	case http.StatusForbidden:
		return errNotThere
	case http.StatusUnprocessableEntity:
		if problem.Detail == "" {
			return errNotThere // frameworks say so of an id of another type
		}
	}
	return err
}

// How long a read is repeated: a person waits for it.
const (
	readTime  = 3 * time.Second
	firstWait = 100 * time.Millisecond
)

// reading makes a call that changes nothing, and again while the service isn't there.
func (s *Service) reading(ctx context.Context, who tokens.Identity, route mapping.Route, conversation any) (any, error) {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval = firstWait
	return backoff.Retry(ctx, func() (any, error) {
		value, err := s.send(ctx, call{who: who, route: route, conversation: conversation, timeout: time.Duration(s.mapping.Limits.Read), wanted: true})
		if err != nil && !passing(err) {
			err = backoff.Permanent(err)
		}
		return value, err
	}, backoff.WithBackOff(waits), backoff.WithMaxTries(uint(max(s.mapping.Limits.ReadTries, 1))), backoff.WithMaxElapsedTime(readTime))
}

// passing says that the same call may go well in a moment.
func passing(err error) bool {
	var problem *api.Problem
	if errors.As(err, &problem) {
		return problem.Status == http.StatusBadGateway || problem.Status == http.StatusServiceUnavailable || problem.Status == http.StatusGatewayTimeout
	}
	return !errors.Is(err, errUnreadable) && !errors.Is(err, errTooLarge) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, errMisconfigured)
}

// target is where a call goes.
func (s *Service) target(c call) string {
	target := s.base + strings.NewReplacer("{user_id}", segment(c.who.Subject), "{conversation_id}", inPath(c.conversation)).Replace(c.route.Path)
	if s.mapping.User.Query != "" {
		target += "?" + url.Values{s.mapping.User.Query: {c.who.Subject}}.Encode()
	}
	return target
}

// headers are those of a call, beside what it carries.
func (s *Service) headers(ctx context.Context, c call) (http.Header, error) {
	header := http.Header{"Accept": {"application/json"}}
	maps.Copy(header, passed(ctx))
	if s.mapping.User.Header != "" {
		if !plainHeader(c.who.Subject) {
			return nil, fmt.Errorf("this user's id can't stand in a header")
		}
		header.Set(s.mapping.User.Header, c.who.Subject)
	}
	token := c.who.Token
	switch s.mapping.Source(s.token != "") {
	case mapping.TokenFixed:
		token = s.token
	case mapping.TokenNone:
		token = ""
	}
	if token != "" {
		header.Set(s.mapping.Token.Header, s.mapping.Token.Prefix+token)
	}
	return header, nil
}

func plainHeader(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}
