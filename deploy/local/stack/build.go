package stack

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"taskpilot/deploy/leash"
)

// build compiles the processes into the data directory. They are named by import path, so that any directory of the
// module will do to start from.
func (p *plan) build(ctx context.Context) error {
	into := p.data.path("bin") + string(filepath.Separator)
	if err := os.MkdirAll(into, 0o755); err != nil {
		return fmt.Errorf("making the directory for binaries: %w", err)
	}
	packages := []string{"taskpilot/adapter", "taskpilot/chatcore", "taskpilot/toolserver"}
	if p.offline {
		packages = append(packages, "taskpilot/deploy/offlinemodel")
	}
	// Without the version control's stamp: git refuses a clone of somebody else's, and the build with it.
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-buildvcs=false", "-o", into}, packages...)...)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // its compilers too
	cmd.Env = p.options.Environ
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	running, err := leash.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return err
	}
	<-running.Done()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := running.Err(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, strings.TrimSpace(said.String()))
	}
	return nil
}
