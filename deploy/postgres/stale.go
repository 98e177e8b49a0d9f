package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// predecessorPatience is how long a server that is ending may still hold the data directory: its launcher was killed a
// moment ago.
const predecessorPatience = 10 * time.Second

// awaitPredecessor waits until the server that postmaster.pid names has ended, and removes the file when the process it
// names is no Postgres: after a crash its number may have been given to somebody else, and Postgres would take that for a
// server at work and not start.
func awaitPredecessor(ctx context.Context, cluster string) error {
	if runtime.GOOS != "linux" {
		return nil // no /proc to ask; Postgres itself refuses to serve a directory twice
	}
	path := filepath.Join(cluster, "postmaster.pid")
	deadline := time.Now().Add(predecessorPatience)
	for {
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading postmaster.pid: %w", err)
		}
		pid, _, _ := strings.Cut(string(content), "\n")
		pid = filepath.Base(strings.TrimSpace(pid))
		if !isPostgres(pid) {
			return removeStale(path)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("another Postgres (pid %s) serves %s", pid, cluster)
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func isPostgres(pid string) bool {
	name, err := os.ReadFile(filepath.Join("/proc", pid, "comm"))
	return err == nil && strings.TrimSpace(string(name)) == "postgres"
}

func removeStale(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing a stale postmaster.pid: %w", err)
	}
	return nil
}
