package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"taskpilot/chatcore/agent"
)

// maxResponse bounds a response, in bytes: a result comes twice in it, as a structure and as text.
const maxResponse = 2 << 20

// exchange is the RoundTripper under the MCP client. It says who is calling, and reads each response to its end before the
// client sees any of it: what is no good answer becomes an error of this request, where the client would end the session
// that all users share.
type exchange struct {
	base http.RoundTripper
	mint func(context.Context, agent.Caller) (string, error)
}

func newClient(config Config) *http.Client {
	var base http.RoundTripper
	if config.Client != nil {
		base = config.Client.Transport
	}
	if base == nil {
		base = newTransport()
	}
	return &http.Client{
		Transport: &exchange{base: base, mint: config.Mint},
		// A redirect would carry a user's token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// newTransport keeps more connections to the one server than net/http does by default.
func newTransport() *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32
	return transport
}

// CloseIdleConnections is what http.Client asks of a transport.
func (e *exchange) CloseIdleConnections() {
	if closer, ok := e.base.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// RoundTrip implements http.RoundTripper.
func (e *exchange) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	shake := handshakeOf(ctx)
	if failed := shake.failure(); failed != nil {
		closeBody(request)
		return nil, failed
	}
	response, err := e.send(request)
	if err == nil {
		err = settle(request, response)
	}
	var f *fault
	if shake != nil && errors.As(err, &f) && f.final() {
		shake.failed.Store(f)
	}
	if err != nil {
		return nil, err
	}
	return response, nil
}

func (e *exchange) send(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	caller, ok := callerOf(ctx)
	if !ok {
		closeBody(request)
		return nil, &fault{err: errors.New("a request is made for nobody")}
	}
	request = request.Clone(ctx)
	if e.mint != nil {
		token, err := e.mint(ctx, caller)
		if err != nil {
			closeBody(request)
			return nil, &fault{err: fmt.Errorf("minting a token: %w", err)}
		}
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := e.base.RoundTrip(request)
	if err != nil {
		return nil, &fault{retry: true, err: err}
	}
	return response, nil
}

func closeBody(request *http.Request) {
	if request.Body != nil {
		_ = request.Body.Close()
	}
}

// settle reads the response and decides whether the MCP client gets it.
func settle(request *http.Request, response *http.Response) error {
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	coming := io.LimitReader(response.Body, maxResponse+1)
	if heard := earOf(request.Context()); heard != nil && kind == "text/event-stream" {
		coming = io.TeeReader(coming, &listening{ear: heard})
	}
	body, err := io.ReadAll(coming)
	_ = response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case len(body) > maxResponse:
		return &fault{tooLarge: true, err: errors.New("the response is too large")}
	case err != nil:
		return &fault{retry: true, err: fmt.Errorf("reading the response: %w", err)}
	case response.StatusCode < 200 || response.StatusCode > 299:
		return refuse(request, response, body)
	}
	switch {
	case kind == "text/event-stream", len(body) == 0 && response.StatusCode != http.StatusOK:
		return nil
	case kind != "application/json":
		return &fault{retry: true, err: fmt.Errorf("the response is %q", kind)}
	}
	if _, err := jsonrpc.DecodeMessage(body); err != nil {
		return &fault{retry: true, err: fmt.Errorf("the response is no JSON-RPC: %w", err)}
	}
	return nil
}

// refuse judges a status. The MCP client sees what it has to act on: a JSON-RPC error, a session that is not there, a
// method that is not offered.
func refuse(request *http.Request, response *http.Response, body []byte) error {
	status := response.StatusCode
	f := &fault{status: status, err: fmt.Errorf("the tool server answered %s", response.Status)}
	switch {
	case status == http.StatusUnauthorized: // the keys that a token was signed with may be on their way
		f.retry = true
	case status == http.StatusTooManyRequests, status >= 500:
		f.retry, f.after = true, retryAfter(response.Header)
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		f.retry = true
	case status == http.StatusRequestEntityTooLarge:
		f.tooLarge = true
	case status == http.StatusForbidden:
	case status == http.StatusNotFound && request.Header.Get("Mcp-Session-Id") != "",
		status == http.StatusMethodNotAllowed && request.Method != http.MethodPost, isError(body):
		return nil
	case isLost(body):
		f.retry, f.lost = true, true
	}
	return f
}

// isError says that a body is a JSON-RPC error that the MCP client understands.
func isError(body []byte) bool {
	message, err := jsonrpc.DecodeMessage(body)
	if err != nil {
		return false
	}
	answer, ok := message.(*jsonrpc.Response)
	return ok && answer.Error != nil
}

// isLost says that a body is an error about the session. Servers answer so with the id null, which the MCP client does not
// read; it would end the session, and with it everybody's calls.
func isLost(body []byte) bool {
	var answer struct {
		Error struct {
			Code int64 `json:"code"`
		} `json:"error"`
	}
	return json.Unmarshal(body, &answer) == nil && ofTheServer(answer.Error.Code)
}
