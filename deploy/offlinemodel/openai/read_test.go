package openai_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"taskpilot/deploy/offlinemodel/openai"
)

// readAgain reads a body, writes what was read, and reads that: it must be taken just as well.
func readAgain(t *testing.T, body string) {
	t.Helper()
	request, _, err := openai.Read(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
	if err != nil {
		var fault *openai.Fault
		if !errors.As(err, &fault) || fault.Status != http.StatusBadRequest {
			t.Fatalf("not a fault: %v", err)
		}
		return
	}
	written, err := json.Marshal(request)
	if err != nil {
		t.Fatalf("writing what was read: %v", err)
	}
	if _, _, err := openai.Read(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(written)))); err != nil {
		t.Fatalf("%s was read from %s, and is refused: %v", written, body, err)
	}
}
