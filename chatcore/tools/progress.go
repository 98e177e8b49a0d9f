package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/storable"
)

// maxProgress is how often one attempt of a call may say how far it is.
const maxProgress = 100

type progressKey struct{}

// hearing has what a tool says while it works told as it comes. It carries the call's key, which is its progress token.
func hearing(ctx context.Context, key string, tell func(api.Body)) context.Context {
	if tell == nil {
		return ctx
	}
	return context.WithValue(ctx, progressKey{}, &ear{key: key, tell: tell})
}

// earOf gives who listens to a request, or nil.
func earOf(ctx context.Context) *ear {
	heard, _ := ctx.Value(progressKey{}).(*ear)
	return heard
}

// ear listens to a call.
type ear struct {
	key  string
	tell func(api.Body)
}

// listening picks the progress out of a stream of events while it is read. The MCP client is given the stream only when it
// is whole.
type listening struct {
	*ear
	line []byte
	told int
}

// Write implements io.Writer.
func (l *listening) Write(chunk []byte) (int, error) {
	n := len(chunk)
	for {
		line, rest, whole := bytes.Cut(chunk, []byte("\n"))
		if len(l.line) <= maxResponse {
			l.line = append(l.line, line...)
		}
		if !whole {
			return n, nil
		}
		l.hear(l.line)
		l.line, chunk = l.line[:0], rest
	}
}

func (l *listening) hear(line []byte) {
	data, ok := bytes.CutPrefix(bytes.TrimSuffix(line, []byte("\r")), []byte("data:"))
	if !ok || l.told >= maxProgress || !bytes.Contains(data, []byte("notifications/progress")) {
		return
	}
	var message struct {
		Method string `json:"method"`
		Params struct {
			Token   any    `json:"progressToken"`
			Message string `json:"message"`
		} `json:"params"`
	}
	if json.Unmarshal(data, &message) != nil || message.Method != "notifications/progress" || message.Params.Token != l.key {
		return
	}
	text := strings.Join(strings.Fields(message.Params.Message), " ")
	if text == "" || short("message", &text) != nil {
		return
	}
	l.told++
	l.tell(api.Progress{Text: storable.Text(text)})
}
