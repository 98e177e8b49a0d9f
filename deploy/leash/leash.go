package leash

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Child is a running process on a leash.
type Child struct {
	PID  int
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start starts cmd. When this process ends, however it ends, the child is sent ifOrphaned (on Linux).
func Start(cmd *exec.Cmd, ifOrphaned syscall.Signal) (*Child, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	tie(cmd.SysProcAttr, ifOrphaned)
	child := &Child{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go child.hold(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	return child, nil
}

// hold forks the child and stays on the forking thread until the child has ended: the kernel watches the thread, not
// the process.
func (c *Child) hold(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := c.cmd.Start(); err != nil {
		started <- err
		return
	}
	c.PID = c.cmd.Process.Pid
	started <- nil
	c.err = c.cmd.Wait()
	close(c.done)
}

// Done is closed when the child has ended and its output has been read.
func (c *Child) Done() <-chan struct{} { return c.done }

// Err says how the child ended: nil for status 0. It may be asked only after Done.
func (c *Child) Err() error { return c.err }

// Signal sends a signal to the child alone. A child that has ended already is no error.
func (c *Child) Signal(signal syscall.Signal) error {
	err := c.cmd.Process.Signal(signal)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Stop sends a signal, waits up to patience for the child to end, and then kills its whole process group.
func (c *Child) Stop(signal syscall.Signal, patience time.Duration) {
	_ = c.Signal(signal) // a child that can't be signalled is killed below
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-c.done:
		return
	case <-timer.C:
	}
	select {
	case <-c.done:
	default:
		_ = syscall.Kill(-c.PID, syscall.SIGKILL)
		<-c.done
	}
}
