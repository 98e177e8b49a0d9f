package serving_test

import (
	"bytes"
	"encoding/json"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestServing(t *testing.T) {
	RegisterFailHandler(Fail)
	EnforceDefaultTimeoutsWhenUsingContexts()
	SetDefaultEventuallyTimeout(10 * time.Second)
	RunSpecs(t, "serving")
}

// logged is a log that can be read while it is written.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// lines gives the log's records whose message is msg.
func (l *logged) lines(msg string) []map[string]any {
	var found []map[string]any
	for _, line := range bytes.Split([]byte(l.String()), []byte("\n")) {
		var record map[string]any
		if len(line) == 0 {
			continue
		}
		Expect(json.Unmarshal(line, &record)).To(Succeed())
		if record["msg"] == msg {
			found = append(found, record)
		}
	}
	return found
}
