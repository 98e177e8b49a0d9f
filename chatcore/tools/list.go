package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"taskpilot/chatcore/agent"
)

// maxTools is how many tools a server may offer: all of them go into every prompt.
const maxTools = 128

var errTooManyTools = errors.New("the server offers too many tools")

// list is what the server offered last. It is the same for all users.
type list struct {
	mu    sync.Mutex
	tools []agent.Tool
	until time.Time
}

// get gives what is known, nil if nothing is, and whether it is still fresh. Of the callers that find it stale one is told
// so; the others go on with what is known, for as long as that one's attempt may take.
func (l *list) get(now time.Time, attempt time.Duration) (known []agent.Tool, fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tools == nil || now.Before(l.until) {
		return slices.Clone(l.tools), l.tools != nil
	}
	l.until = now.Add(attempt)
	return slices.Clone(l.tools), false
}

func (l *list) keep(tools []agent.Tool, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tools, l.until = tools, until
}

// fetch asks for the list, page by page, and puts it in order.
func (t *Tools) fetch(ctx context.Context, session *mcp.ClientSession) ([]agent.Tool, error) {
	listed := []agent.Tool{}
	for offered, err := range session.Tools(ctx, nil) {
		if err != nil {
			return nil, err
		}
		if len(listed) == maxTools {
			return nil, errTooManyTools
		}
		schema, err := json.Marshal(offered.InputSchema)
		if err != nil {
			return nil, fmt.Errorf("reading the schema of %q: %w", offered.Name, err)
		}
		listed = append(listed, agent.Tool{
			Name: offered.Name, Description: offered.Description, Schema: schema,
			ReadOnly: offered.Annotations != nil && offered.Annotations.ReadOnlyHint,
			Previews: offered.Meta[PreviewKey] == true,
		})
	}
	slices.SortStableFunc(listed, func(a, b agent.Tool) int { return strings.Compare(a.Name, b.Name) })
	return listed, nil
}
