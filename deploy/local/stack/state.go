package stack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// FileName is the file in the data directory that says where everything is.
const FileName = "stack.json"

// State is what stack.json says. A PID is 0, and left out, where the process is not the launcher's.
type State struct {
	Adapter    Service  `json:"adapter"`
	Chatcore   Service  `json:"chatcore"`
	Toolserver Service  `json:"toolserver"`
	Issuer     Issuer   `json:"issuer"`
	Model      Service  `json:"model"`
	Postgres   Database `json:"postgres"`
}

// Service is a process that answers HTTP.
type Service struct {
	URL string `json:"url"`
	PID int    `json:"pid,omitempty"`
}

// Issuer is the development issuer, and what its tokens say.
type Issuer struct {
	URL      string `json:"url"`
	PID      int    `json:"pid,omitempty"`
	Issuer   string `json:"issuer"`
	Audience string `json:"audience"`
}

// Database is Postgres, under the address of the migrating role.
type Database struct {
	DSN string `json:"dsn"`
	PID int    `json:"pid,omitempty"`
}

// stateFile keeps stack.json as the stack is. It is there from ready on until the end.
type stateFile struct {
	path string
	mu   sync.Mutex
	now  State
	open bool
}

// change changes the state, and writes it once the file has been opened.
func (f *stateFile) change(do func(*State)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	do(&f.now)
	if !f.open {
		return nil
	}
	return f.write()
}

// publish writes the file for the first time.
func (f *stateFile) publish() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = true
	return f.write()
}

// remove takes the file away: nothing runs any more, or yet.
func (f *stateFile) remove() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = false
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing %s: %w", FileName, err)
	}
	return nil
}

// write puts the whole file in place at once. It has a password in it: nobody else may read it.
func (f *stateFile) write() error {
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetEscapeHTML(false) // the & in an address stays readable
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(f.now); err != nil {
		return fmt.Errorf("writing %s: %w", FileName, err)
	}
	temporary := filepath.Join(filepath.Dir(f.path), "."+FileName+".new")
	if err := os.WriteFile(temporary, content.Bytes(), 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", FileName, err)
	}
	if err := os.Rename(temporary, f.path); err != nil {
		return fmt.Errorf("writing %s: %w", FileName, err)
	}
	return nil
}

// Read reads the stack.json of a data directory.
func Read(dir string) (State, error) {
	content, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		return State{}, fmt.Errorf("reading where the stack is: %w", err)
	}
	var state State
	if err := json.Unmarshal(content, &state); err != nil {
		return State{}, fmt.Errorf("reading where the stack is: %w", err)
	}
	return state, nil
}
