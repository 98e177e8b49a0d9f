package stack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// data is the data directory, held by this launcher alone.
type data struct {
	dir  string
	lock *os.File
}

// openData makes the directory when it is not there, and takes its lock.
func openData(dir string) (*data, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding the data directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the data directory: %w", err)
	}
	if err := letPass(dir); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the data directory's lock: %w", err)
	}
	d := &data{dir: dir, lock: lock}
	if err := d.take(); err != nil {
		_ = lock.Close()
		return nil, err
	}
	return d, nil
}

// letPass opens a directory of root's for passing through, as mktemp -d makes it: Postgres runs as another account
// then. What is private in it has its own mode.
func letPass(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("looking at the data directory: %w", err)
	}
	if err := os.Chmod(dir, info.Mode().Perm()|0o111); err != nil { //nolint:gosec // that is its purpose
		return fmt.Errorf("opening the data directory for Postgres: %w", err)
	}
	return nil
}

// letGo is how long a launcher that has just ended may take to be gone for good: a child that it was about to start holds
// its lock until the kernel has ended that, too.
const letGo = 2 * time.Second

// take locks the directory. The kernel gives the lock back when this process ends, however it ends.
func (d *data) take() error {
	var err error
	for end := time.Now().Add(letGo); ; time.Sleep(50 * time.Millisecond) {
		err = syscall.Flock(int(d.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(end) {
			break
		}
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder, _ := os.ReadFile(d.lock.Name()) // for the sentence only
		return fmt.Errorf("another launcher%s runs on %s: stop it, or take another directory with --data",
			inBrackets(strings.TrimSpace(string(holder))), d.dir)
	}
	if err != nil {
		return fmt.Errorf("locking the data directory: %w", err)
	}
	if err := d.lock.Truncate(0); err != nil {
		return fmt.Errorf("writing the data directory's lock: %w", err)
	}
	if _, err := fmt.Fprintf(d.lock, "%d\n", os.Getpid()); err != nil {
		return fmt.Errorf("writing the data directory's lock: %w", err)
	}
	return nil
}

func inBrackets(pid string) string {
	if pid == "" {
		return ""
	}
	return " (pid " + pid + ")"
}

func (d *data) close() { _ = d.lock.Close() } // gives the lock back

func (d *data) path(names ...string) string {
	return filepath.Join(append([]string{d.dir}, names...)...)
}
