package openai

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Fault is an error as the API writes it: {"error": {"message", "type", "param", "code"}}.
type Fault struct {
	Status  int     `json:"-"`
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    *string `json:"code"`
}

func (f *Fault) Error() string { return f.Message }

// Body gives the fault's JSON.
func (f *Fault) Body() []byte {
	body, err := json.Marshal(map[string]*Fault{"error": f})
	if err != nil {
		panic(fmt.Sprintf("openai: a fault that is no JSON: %v", err)) // strings only: it cannot be
	}
	return append(body, '\n')
}

// write answers with the fault.
func (f *Fault) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.Status)
	_, _ = w.Write(f.Body())
}

// NewFault makes a fault with the type that the status usually has.
func NewFault(status int, message string) *Fault {
	kind := "invalid_request_error"
	switch {
	case status == http.StatusTooManyRequests:
		kind = "rate_limit_error"
	case status >= http.StatusInternalServerError:
		kind = "server_error"
	}
	return &Fault{Status: status, Message: message, Type: kind}
}

// invalid is a fault of the request's parameter.
func invalid(param, code, format string, args ...any) *Fault {
	fault := NewFault(http.StatusBadRequest, fmt.Sprintf(format, args...))
	fault.Param = &param
	if code != "" {
		fault.Code = &code
	}
	return fault
}
