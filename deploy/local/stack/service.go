package stack

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"taskpilot/deploy/leash"
)

// command is how one process is run.
type command struct {
	name        string
	path        string
	args        []string
	environment []string
	health      string // answers 200 when the process is ready
	pid         func(*State, int)
}

// A process may take this long to finish what it has at work, a little more than its own patience; and this long until
// it is ready for the first time.
const (
	goodbye        = 20 * time.Second
	readyPatience  = time.Minute
	hopelessDeaths = 3
)

type child struct{ *leash.Child }

func (c child) End() { c.Stop(syscall.SIGTERM, goodbye) }

func (c command) start(log io.Writer) (process, int, error) {
	cmd := exec.CommandContext(context.Background(), c.path, c.args...) // it is stopped in order, by its keeper
	cmd.Args[0] = "taskpilot-" + c.name                                 // what ps shows
	cmd.Env = c.environment
	cmd.Stdout, cmd.Stderr = log, log
	cmd.WaitDelay = time.Second
	running, err := leash.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return nil, 0, err
	}
	return child{running}, running.PID, nil
}

// awaitReady returns when the process answers that it is ready, or when there is no hope that it will.
func (c command) awaitReady(ctx context.Context, k *keeper, log *prefixed) error {
	ctx, cancel := context.WithTimeout(ctx, readyPatience)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // and no proxy from the environment
	for {
		err := ask(ctx, client, c.health)
		if err == nil {
			return nil
		}
		if k.deaths.Load() >= hopelessDeaths {
			return fmt.Errorf("%s does not start; it said: %s", c.name, strings.Join(log.lastLines(), "\n  "))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("%s did not get ready: %w; it said: %s", c.name, err, strings.Join(log.lastLines(), "\n  "))
		}
	}
}

func ask(ctx context.Context, client *http.Client, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // read enough
	if response.StatusCode == http.StatusOK {
		return nil
	}
	body, _ := io.ReadAll(io.LimitReader(response.Body, 500)) // for the sentence only
	return fmt.Errorf("%s answers %s: %s", url, response.Status, strings.TrimSpace(string(body)))
}
