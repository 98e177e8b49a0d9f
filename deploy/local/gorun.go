package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// untilGoRunEnds gives a context that ends when the "go run" that started this process does. It passes no signal on when
// it is killed itself, so the whole stack would stay behind, with nobody who knows its number. A shell that ends is
// another matter.
func untilGoRunEnds(ctx context.Context) context.Context {
	parent := os.Getppid()
	if !isGo(ctx, parent) {
		return ctx
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		ticker := time.NewTicker(200 * time.Millisecond)
		defer ticker.Stop()
		for os.Getppid() == parent {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx
}

func isGo(ctx context.Context, pid int) bool {
	if path, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "exe")); err == nil {
		return filepath.Base(path) == "go"
	}
	name, err := exec.CommandContext(ctx, "ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && filepath.Base(strings.TrimSpace(string(name))) == "go"
}
