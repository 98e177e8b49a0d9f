package server

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"

	"taskpilot/adapter/chatkit"
)

// frameHeader names the frame that a page's ChatKit lives in. It is another one after a reload.
const frameHeader = "chatkit-frame-instance-id"

// weak marks a guard that names no frame: chatcore may join the request to a turn that runs, never to one that has ended,
// for the person may have meant to say the same once more.
const weak = "weak:"

// guard is the same for a request that ChatKit sends again by itself, which it does after a cut. Each part goes in with its
// length, so that no two requests look alike.
func guard(frame string, request chatkit.Request, body []byte) string {
	thread := "new"
	switch r := request.(type) {
	case chatkit.AddUserMessage:
		thread = r.ThreadID
	case chatkit.RetryAfterItem:
		thread = r.ThreadID
	case chatkit.AddStructuredInput:
		thread = r.ThreadID
	case chatkit.AddClientToolOutput:
		thread = r.ThreadID
	}
	var raw struct{ Params json.RawMessage }
	if err := json.Unmarshal(body, &raw); err != nil {
		raw.Params = body // it was read as a request before
	}
	hash := sha256.New()
	for _, part := range []string{frame, thread, request.RequestType(), string(raw.Params)} {
		hash.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		hash.Write([]byte(part))
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	if frame == "" {
		return weak + sum
	}
	return sum
}
