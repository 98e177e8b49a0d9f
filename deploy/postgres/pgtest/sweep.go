package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// sweeper waits until its input ends, which is when the test process does, however that ends; then it ends the server
// and removes what it left.
const sweeper = `
read -r _
kill -QUIT "$1" 2>/dev/null
n=0
while kill -0 "$1" 2>/dev/null && [ $n -lt 50 ]; do sleep 0.1; n=$((n+1)); done
rm -rf "$2" "$3"
`

// sweepAfterMe leaves a small process behind that outlives this one for a moment: go test has no hook for its own end.
// What it returns is the sign that this process lives: a pipe that nothing refers to would be closed by the garbage
// collector.
func sweepAfterMe(dir, data string, pid int) (alive *os.File, err error) {
	real, err := filepath.EvalSymlinks(data) // root's data may have gone elsewhere
	if err != nil {
		return nil, fmt.Errorf("looking where Postgres's data went: %w", err)
	}
	input, alive, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("making the sweeper's pipe: %w", err)
	}
	cmd := exec.CommandContext(context.Background(), "/bin/sh", "-c", sweeper, "sh", strconv.Itoa(pid), real, dir)
	cmd.Stdin = input
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // not ended with the test's process group
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the sweeper: %w", err)
	}
	return alive, input.Close()
}
