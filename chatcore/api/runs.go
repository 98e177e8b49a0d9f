package api

import (
	"context"
	"net/http"
	"strconv"
)

// RunStatus is what GET …/runs/{run_id} answers. Followed says that an open stream shows the run at the replica that has
// it at work.
type RunStatus struct {
	RunID    int64  `json:"run_id"`
	State    string `json:"state"` // as of its answer: running, waiting, done, failed or stopped
	Followed bool   `json:"followed"`
}

// Run says how a run stands.
func (c *Client) Run(ctx context.Context, who Caller, runID int64) (RunStatus, error) {
	return jsonCall[RunStatus](ctx, c, call{who: who, method: http.MethodGet, path: runPath(runID)})
}

// CancelRun stops a run and keeps what was said. One that has ended already stays as it is.
func (c *Client) CancelRun(ctx context.Context, who Caller, runID int64) error {
	return c.bareCall(ctx, call{who: who, method: http.MethodPost, path: runPath(runID) + "/cancel"})
}

// ReaderLeft tells that the page that showed a run went away. Unless it comes back in time, the run is stopped.
func (c *Client) ReaderLeft(ctx context.Context, who Caller, runID int64) error {
	return c.bareCall(ctx, call{who: who, method: http.MethodPost, path: runPath(runID) + "/reader-left"})
}

func runPath(id int64) string { return "/runs/" + strconv.FormatInt(id, 10) }
