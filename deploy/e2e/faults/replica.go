package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"taskpilot/deploy/leash"
	"taskpilot/deploy/local/stack"
)

// Replica is one of the two processes of a kind. It keeps its addresses when it is started again.
type Replica struct {
	Name string // as in chatcore-2
	Addr string // host:port, of its service

	path        string
	private     string // host:port, of its profiles
	environment []string
	log         *os.File
	holds       []io.Closer

	mu      sync.Mutex
	child   *leash.Child
	wanted  bool // it is to run: an end is a fault of its own
	strange []error
}

// goodbye is how long a process may take to go down in order: more than any of its own settings.
const goodbye = 30 * time.Second

func newReplica(name, path string, log *os.File) (*Replica, error) {
	r := &Replica{Name: name, path: path, log: log}
	for _, into := range []*string{&r.Addr, &r.private} {
		addr, hold, err := stack.FreeAddress()
		if err != nil {
			r.close()
			return nil, err
		}
		*into = addr
		r.holds = append(r.holds, hold)
	}
	return r, nil
}

// Start starts the process. One that runs already stays as it is.
func (r *Replica) Start() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.child != nil {
		return nil
	}
	cmd := exec.CommandContext(context.Background(), r.path) // it is ended by Kill or End
	cmd.Env = append(r.environment, "ADDR="+r.Addr, "PRIVATE_ADDR="+r.private)
	cmd.Stdout, cmd.Stderr = r.log, r.log
	child, err := leash.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return err
	}
	r.child, r.wanted = child, true
	go r.watch(child)
	return nil
}

// watch notes an end that nobody asked for.
func (r *Replica) watch(child *leash.Child) {
	<-child.Done()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.child == child && r.wanted {
		r.strange = append(r.strange, fmt.Errorf("%s ended by itself: %w", r.Name, orEnded(child.Err())))
		r.child = nil
	}
}

func orEnded(err error) error {
	if err == nil {
		return errors.New("status 0")
	}
	return err
}

// take takes the process out of the watch.
func (r *Replica) take() *leash.Child {
	r.mu.Lock()
	defer r.mu.Unlock()
	child := r.child
	r.child, r.wanted = nil, false
	return child
}

// Kill ends the process with no time for a word.
func (r *Replica) Kill() {
	if child := r.take(); child != nil {
		child.Stop(syscall.SIGKILL, goodbye)
	}
}

// End tells the process to end, and waits until it has. One that does not, or not in order, is noted.
func (r *Replica) End() {
	child := r.take()
	if child == nil {
		return
	}
	child.Stop(syscall.SIGTERM, goodbye)
	if err := child.Err(); err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.strange = append(r.strange, fmt.Errorf("%s did not end in order: %w", r.Name, err))
	}
}

// Strange is what the process did that nobody asked for.
func (r *Replica) Strange() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.strange
}

// Ready returns when the process says that it is ready.
func (r *Replica) Ready(ctx context.Context) error {
	for {
		_, err := ask(ctx, "http://"+r.Addr+"/readyz")
		if err == nil {
			return nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%s did not get ready: %w", r.Name, err)
		}
	}
}

// Goroutines are the stacks of the process's goroutines, and how many there are.
func (r *Replica) Goroutines(ctx context.Context) (int, string, error) {
	text, err := ask(ctx, "http://"+r.private+"/debug/pprof/goroutine?debug=1")
	if err != nil {
		return 0, "", fmt.Errorf("asking %s for its goroutines: %w", r.Name, err)
	}
	var count int
	if _, err := fmt.Sscanf(text, "goroutine profile: total %d", &count); err != nil {
		return 0, "", fmt.Errorf("reading the goroutines of %s: %w", r.Name, err)
	}
	return count, text, nil
}

// Log is what the process, and those before it at its place, have said.
func (r *Replica) Log() string {
	text, err := os.ReadFile(r.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (r *Replica) close() {
	r.Kill()
	for _, hold := range r.holds {
		_ = hold.Close() // it only holds a port
	}
	_ = r.log.Close()
}

func ask(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, strings.TrimSpace(string(body)))
	}
	return string(body), err
}
