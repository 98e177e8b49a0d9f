package peers

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"

	"taskpilot/chatcore/api"
)

// Mint makes a token with which this replica speaks for a user to another.
type Mint func(userID string) (string, error)

// Header marks a request between replicas: its answer comes from the replica itself or not at all.
const Header = "Taskpilot-Peer"

// Peers calls other replicas.
type Peers struct {
	mint Mint
	http *http.Client
}

// New makes Peers.
func New(mint Mint) *Peers {
	return &Peers{mint: mint, http: &http.Client{Transport: marked{http.DefaultTransport}}}
}

// marked adds Header to each request.
type marked struct{ next http.RoundTripper }

func (m marked) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(Header, "1")
	return m.next.RoundTrip(r)
}

// Follow gives the events of a run behind a position, from the replica that has it at work.
func (p *Peers) Follow(ctx context.Context, replica, userID string, runID int64, after api.Position) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) {
		client, who, err := p.client(replica, userID)
		if err != nil {
			yield(api.Event{}, err)
			return
		}
		id := ""
		if after.Step >= 0 {
			id = after.String()
		}
		client.Follow(ctx, who, runID, id)(yield)
	}
}

// Followed says whether an open stream shows the run at the replica that has it at work.
func (p *Peers) Followed(ctx context.Context, replica, userID string, runID int64) (bool, error) {
	client, who, err := p.client(replica, userID)
	if err != nil {
		return false, err
	}
	status, err := client.Run(ctx, who, runID)
	return status.Followed, err
}

func (p *Peers) client(replica, userID string) (*api.Client, api.Caller, error) {
	token, err := p.mint(userID)
	if err != nil {
		return nil, api.Caller{}, fmt.Errorf("making a token for another replica: %w", err)
	}
	base, _, _ := strings.Cut(replica, "#") // the fragment only tells processes at one address apart
	client, err := api.NewClient(base, api.ClientOptions{HTTP: p.http, Timeout: 2 * time.Second, Accept: 5 * time.Second})
	return client, api.Caller{UserID: userID, Bearer: token}, err
}
