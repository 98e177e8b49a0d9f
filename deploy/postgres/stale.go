package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// clearStalePID removes postmaster.pid when the process it names is no Postgres: after a crash its number may have been
// given to somebody else, and Postgres would take that for a server at work and not start.
func clearStalePID(cluster string) error {
	if runtime.GOOS != "linux" {
		return nil // no /proc to ask
	}
	path := filepath.Join(cluster, "postmaster.pid")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading postmaster.pid: %w", err)
	}
	pid, _, _ := strings.Cut(string(content), "\n")
	name, err := os.ReadFile(filepath.Join("/proc", filepath.Base(strings.TrimSpace(pid)), "comm"))
	if err == nil && strings.TrimSpace(string(name)) == "postgres" {
		return nil // Postgres itself finds out whether that one serves this directory
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing a stale postmaster.pid: %w", err)
	}
	return nil
}
