package scripted

import (
	"encoding/json"
	"fmt"
	"net/http"

	"taskpilot/deploy/offlinemodel/openai"
)

// maxScript bounds a script's JSON.
const maxScript = 16 << 20

// Script is the body of POST /script. Replies stands for a rule that fits any request.
type Script struct {
	Rules   []Rule  `json:"rules,omitempty"`
	Replies []Reply `json:"replies,omitempty"`
	Append  bool    `json:"append,omitempty"` // to what is there; else everything begins anew, as with Reset
}

// Control lets another process hold the script:
//
//	POST   /script        a Script → 204
//	DELETE /script        Reset → 204
//	GET    /requests      {"requests": [Recorded]}
//	POST   /gates/{gate}  Open → 204
//	GET    /gates/{gate}  {"waiting": n}
func (e *Endpoint) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /script", e.takeScript)
	mux.HandleFunc("DELETE /script", func(w http.ResponseWriter, _ *http.Request) {
		e.Reset()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /requests", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]any{"requests": e.Requests()})
	})
	mux.HandleFunc("POST /gates/{gate}", func(w http.ResponseWriter, r *http.Request) {
		e.Open(r.PathValue("gate"))
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /gates/{gate}", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, map[string]int{"waiting": e.Waiting(r.PathValue("gate"))})
	})
	return mux
}

func (e *Endpoint) takeScript(w http.ResponseWriter, r *http.Request) {
	script, err := readScript(r)
	if err != nil {
		openai.WriteError(w, openai.NewFault(http.StatusBadRequest, err.Error()))
		return
	}
	if !script.Append {
		e.Reset()
	}
	e.Use(script.Rules...)
	if len(script.Replies) > 0 {
		e.Play(script.Replies...)
	}
	w.WriteHeader(http.StatusNoContent)
}

func readScript(r *http.Request) (Script, error) {
	var script Script
	decoder := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxScript))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&script); err != nil {
		return Script{}, fmt.Errorf("reading the script: %w", err)
	}
	for _, rule := range append([]Rule{{Replies: script.Replies}}, script.Rules...) {
		for _, reply := range rule.Replies {
			if err := reply.validate(); err != nil {
				return Script{}, fmt.Errorf("reading the script: %w", err)
			}
		}
	}
	return script, nil
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // an error means that the reader has gone
}
