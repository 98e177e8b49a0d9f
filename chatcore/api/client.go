package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Caller says on whose behalf a call is made: Bearer's subject is UserID.
type Caller struct {
	UserID string
	Bearer string
}

// PageRequest asks for a page. The zero value of each field leaves it to chatcore. After is what the page before said; of
// messages it may also be a position in decimal, of conversations an id.
type PageRequest struct {
	Limit int
	After string
	Order string        // asc or desc
	Wait  time.Duration // of messages: for the end of a run at work on the page that nobody follows

	// Glance is a read of messages that shows nobody anything: a page that left is not back, and no end was seen.
	Glance bool
}

func (p PageRequest) query() url.Values {
	query := url.Values{}
	if p.Limit > 0 {
		query.Set("limit", strconv.Itoa(p.Limit))
	}
	if p.After != "" {
		query.Set("after", p.After)
	}
	if p.Order != "" {
		query.Set("order", p.Order)
	}
	if p.Wait > 0 {
		query.Set("wait", strconv.FormatFloat(p.Wait.Seconds(), 'f', -1, 64))
	}
	if p.Glance {
		query.Set("glance", "true")
	}
	return query
}

// ClientOptions of a Client; the zero value of each takes the default beside it.
type ClientOptions struct {
	HTTP    *http.Client  // one without a timeout of its own, for it would cut streams; http.DefaultTransport's
	Timeout time.Duration // 15 s: a whole call that is no turn
	Accept  time.Duration // 30 s: until a turn is accepted and its stream begins
	Silence time.Duration // 60 s: the longest a stream may say nothing at all, heartbeats counted
	Turn    time.Duration // 5 min: a whole turn without a stream
	File    time.Duration // 10 min: a file on its way, up or down

	Transcription time.Duration // 2 min: of audio

	MaxBody int64 // 32 MiB: of an answer that is no stream
	Clock   func() time.Time
}

func (o ClientOptions) withDefaults() ClientOptions {
	orTime := func(value *time.Duration, otherwise time.Duration) {
		if *value <= 0 {
			*value = otherwise
		}
	}
	orTime(&o.Timeout, 15*time.Second)
	orTime(&o.Accept, 30*time.Second)
	orTime(&o.Silence, time.Minute)
	orTime(&o.Turn, 5*time.Minute)
	orTime(&o.Transcription, 2*time.Minute)
	orTime(&o.File, 10*time.Minute)
	if o.MaxBody <= 0 {
		o.MaxBody = 32 << 20
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return o
}

// Client calls the chat API. It repeats nothing, follows no redirects, and may be used by many at once.
//
// An error is a *Problem when chatcore (or what stands before it) answered with one; any other error means that no whole
// answer came.
type Client struct {
	base    string
	http    *http.Client
	options ClientOptions
}

// NewClient makes a client of the chat API at baseURL, such as http://127.0.0.1:8001.
func NewClient(baseURL string, options ClientOptions) (*Client, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" {
		return nil, fmt.Errorf("%q is no base URL of a chat API", baseURL)
	}
	options = options.withDefaults()
	own := *options.HTTP
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{base: strings.TrimRight(baseURL, "/"), http: &own, options: options}, nil
}

// Chat sends a message and waits for the whole answer.
func (c *Client) Chat(ctx context.Context, who Caller, request ChatRequest) (ChatResponse, error) {
	return jsonCall[ChatResponse](ctx, c, call{
		who: who, method: http.MethodPost, path: "/chat", body: request, timeout: c.options.Turn})
}

// Conversations gives a page of the caller's conversations.
func (c *Client) Conversations(ctx context.Context, who Caller, page PageRequest) (ConversationPage, error) {
	query := page.query()
	if !query.Has("limit") {
		query.Set("limit", strconv.Itoa(MaxPage)) // without any of the three the answer is the older, plain list
	}
	return jsonCall[ConversationPage](ctx, c, call{who: who, method: http.MethodGet, path: "/conversations", query: query})
}

// Conversation gives one conversation with all its messages.
func (c *Client) Conversation(ctx context.Context, who Caller, id int64) (ConversationWithMessages, error) {
	return jsonCall[ConversationWithMessages](ctx, c, call{who: who, method: http.MethodGet, path: conversationPath(id)})
}

// Messages gives a page of a conversation's messages, answers with their steps.
func (c *Client) Messages(ctx context.Context, who Caller, id int64, page PageRequest) (MessagePage, error) {
	return jsonCall[MessagePage](ctx, c, call{
		who: who, method: http.MethodGet, path: conversationPath(id) + "/messages", query: page.query(), timeout: c.options.Timeout + page.Wait})
}

// CreateConversation makes an empty conversation.
func (c *Client) CreateConversation(ctx context.Context, who Caller) (Conversation, error) {
	return jsonCall[Conversation](ctx, c, call{
		who: who, method: http.MethodPost, path: "/conversations", body: struct{}{}})
}

// UpdateConversation changes a conversation.
func (c *Client) UpdateConversation(ctx context.Context, who Caller, id int64, patch ConversationPatch) (Conversation, error) {
	return jsonCall[Conversation](ctx, c, call{
		who: who, method: http.MethodPatch, path: conversationPath(id), body: patch})
}

// DeleteConversation deletes a conversation with all that hangs on it.
func (c *Client) DeleteConversation(ctx context.Context, who Caller, id int64) error {
	return c.bareCall(ctx, call{who: who, method: http.MethodDelete, path: conversationPath(id)})
}

// OpenSession makes a ChatKit session and its empty conversation.
func (c *Client) OpenSession(ctx context.Context, who Caller, request SessionRequest) (Session, error) {
	return jsonCall[Session](ctx, c, call{
		who: who, method: http.MethodPost, path: "/chatkit-sessions", body: request})
}

// CloseSession revokes a ChatKit session.
func (c *Client) CloseSession(ctx context.Context, who Caller, sessionID string) error {
	return c.bareCall(ctx, call{
		who: who, method: http.MethodDelete, path: "/chatkit-sessions/" + segment(sessionID)})
}

func conversationPath(id int64) string { return "/conversations/" + strconv.FormatInt(id, 10) }

// segment escapes a path segment. A dot segment would be taken for a step up by what stands in between.
func segment(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return url.PathEscape(s)
}

// call is one call of the API; path is what follows the user.
type call struct {
	who     Caller
	method  string
	path    string
	query   url.Values
	body    any
	raw     io.Reader // in place of body, of type rawType: sent as it comes
	rawType string
	accept  string
	timeout time.Duration

	lastEventID string
	key         string // Idempotency-Key
}

// jsonCall makes a call and reads the object that it answers.
func jsonCall[T any](ctx context.Context, c *Client, call call) (T, error) {
	var answer T
	err := c.do(ctx, call, func(body []byte) error { return json.Unmarshal(body, &answer) })
	return answer, err
}

// bareCall makes a call whose answer says nothing.
func (c *Client) bareCall(ctx context.Context, call call) error {
	return c.do(ctx, call, func([]byte) error { return nil })
}

func (c *Client) do(ctx context.Context, call call, read func([]byte) error) error {
	timeout := call.timeout
	if timeout == 0 {
		timeout = c.options.Timeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	response, err := c.send(ctx, call)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, c.options.MaxBody+1))
	if err != nil {
		return fmt.Errorf("reading the answer of %s: %w", call.method, err)
	}
	if int64(len(body)) > c.options.MaxBody {
		return errTooLarge
	}
	if err := read(body); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", call.method, err)
	}
	return nil
}

var errTooLarge = errors.New("the chat API's answer is too large")

// send makes the request. The error is a *Problem for every status but 2xx; errors name no path, for users are in it.
func (c *Client) send(ctx context.Context, call call) (*http.Response, error) {
	body, err := call.content()
	if err != nil {
		return nil, err
	}
	target := c.base + "/api/" + segment(call.who.UserID) + call.path
	if len(call.query) > 0 {
		target += "?" + call.query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, call.method, target, body)
	if err != nil {
		return nil, fmt.Errorf("making a request: %w", err)
	}
	if kind := call.contentType(); kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	request.Header.Set("Accept", "application/json")
	if call.accept != "" {
		request.Header.Set("Accept", call.accept)
	}
	if call.lastEventID != "" {
		request.Header.Set("Last-Event-ID", call.lastEventID)
	}
	if call.key != "" {
		request.Header.Set("Idempotency-Key", call.key)
	}
	if call.who.Bearer != "" {
		request.Header.Set("Authorization", "Bearer "+call.who.Bearer)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("calling the chat API: %w", withoutURL(err))
	}
	if response.StatusCode/100 != 2 {
		defer func() { _ = response.Body.Close() }()
		return nil, problemOf(response, c.options.Clock())
	}
	return response, nil
}

// content is the request's body; nil: none.
func (c call) content() (io.Reader, error) {
	switch {
	case c.raw != nil:
		return c.raw, nil
	case c.body == nil:
		return nil, nil
	}
	encoded, err := json.Marshal(c.body)
	if err != nil {
		return nil, fmt.Errorf("encoding a request: %w", err)
	}
	return bytes.NewReader(encoded), nil
}

func (c call) contentType() string {
	switch {
	case c.raw != nil:
		return c.rawType
	case c.body == nil:
		return ""
	}
	return "application/json"
}

// withoutURL keeps the cause of a failed request and leaves its address out.
func withoutURL(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
