package agent

import (
	"context"
	"encoding/json"

	"taskpilot/chatcore/api"
)

// Journal keeps what happens in a turn. It stores before it returns: the loop builds on nothing that could be lost.
// Its methods are called from one goroutine, but for Record and Tell.
type Journal interface {
	// Open begins a step; it is announced to whoever follows.
	Open(ctx context.Context) error
	// Say shows more of the open step's text. It is stored by Commit.
	Say(text string)
	// Commit stores a reply whole, each of its calls as pending, before the first call leaves. It opens the step when
	// nothing was said in it. The calls come back in the order of asked.
	Commit(ctx context.Context, text string, asked []Asked) ([]Pending, error)
	// Keep stores the open step as far as it was said, for its reply was cut, and the code of the ending that the turn comes
	// to: whoever goes on with the turn must not take the reply for whole.
	Keep(ctx context.Context, code string) error
	// Record stores how the call with that index of the committed step ended.
	Record(ctx context.Context, index int, outcome Outcome) error
	// Tell tells whoever follows right now of something beside the answer: an api.Notice, api.Effect or api.Progress. It is
	// stored nowhere. Like Record it may be called from several goroutines.
	Tell(aside api.Body)
}

// Asked is a call that a reply asked for, after the loop looked at it.
type Asked struct {
	Tool       string
	Parameters json.RawMessage // a JSON object; {"invalid": "…"} when the model's arguments were none
	For        string          // of the call that the turn will wait for, the last: as of its PageTool

	Confirms *api.Confirms // of the question whether a call may be made
}

// Pending is a call that is stored and may leave. ID names it to the model; Key makes it act once.
type Pending struct {
	ID  string
	Key string
}
