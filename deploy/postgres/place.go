package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// elsewhere is where data goes whose own place is closed to the server's account.
const elsewhere = "/var/lib/taskpilot"

// longestSocket is how many bytes the path of a unix socket may have.
const longestSocket = 107

const socketName = ".s.PGSQL.5432"

// layout is where everything of one private server stands.
type layout struct {
	account account
	root    string // holds cluster and password; only the server's account may enter
	cluster string // Postgres's own data directory
	sockets string
}

// lay finds or makes the places for a server whose data is asked for in dir. When dir can't be reached by the
// server's account (a clone under /root), the data goes elsewhere, and dir is a symbolic link to it.
func lay(dir string, log func(string)) (layout, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return layout{}, err
	}
	account, err := accountFor(dir)
	if err != nil {
		return layout{}, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return layout{}, fmt.Errorf("making the data directory's parent: %w", err)
	}
	root, err := reachable(dir, account, log)
	if err != nil {
		return layout{}, err
	}
	if err := account.own(root); err != nil {
		return layout{}, fmt.Errorf("making the data directory: %w", err)
	}
	l := layout{account: account, root: root, cluster: filepath.Join(root, "cluster")}
	l.sockets, err = socketDir(root)
	if err != nil {
		return layout{}, err
	}
	if err := account.own(l.sockets); err != nil {
		return layout{}, fmt.Errorf("making the socket's directory: %w", err)
	}
	return l, nil
}

// reachable follows an existing link, or decides where a new directory goes.
func reachable(dir string, account account, log func(string)) (string, error) {
	target, err := filepath.EvalSymlinks(dir)
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(dir); err == nil { // a link whose target is gone: so is the data
			if err := os.Remove(dir); err != nil {
				return "", err
			}
		}
		target = dir
	default:
		return "", fmt.Errorf("looking at the data directory: %w", err)
	}
	closed, err := account.closedParent(target)
	if err != nil {
		return "", fmt.Errorf("looking at the data directory's parents: %w", err)
	}
	if closed == "" {
		if target != dir {
			log(fmt.Sprintf("Postgres's data is in %s", target))
		}
		return target, nil
	}
	return putElsewhere(dir, closed, log)
}

func putElsewhere(dir, closed string, log func(string)) (string, error) {
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // only an empty directory can be moved
		return "", fmt.Errorf("the account that Postgres runs as can't pass through %s: %w", closed, err)
	}
	if err := os.MkdirAll(elsewhere, 0o755); err != nil {
		return "", fmt.Errorf("making a place for Postgres's data: %w", err)
	}
	target, err := os.MkdirTemp(elsewhere, "postgres-")
	if err != nil {
		return "", fmt.Errorf("making a place for Postgres's data: %w", err)
	}
	if err := os.Symlink(target, dir); err != nil {
		return "", fmt.Errorf("linking to Postgres's data: %w", err)
	}
	log(fmt.Sprintf("Postgres's data is in %s, for the account that Postgres runs as can't pass through %s", target, closed))
	return target, nil
}

// socketDir is in the data's own directory, or, when that path is too long, in a short one that its hash names: the
// same at every start, for other processes were told of it.
func socketDir(root string) (string, error) {
	dir := filepath.Join(root, "socket")
	if len(filepath.Join(dir, socketName)) <= longestSocket {
		return dir, nil
	}
	sum := sha256.Sum256([]byte(root))
	dir = filepath.Join(shortTemp(), "taskpilot-pg-"+hex.EncodeToString(sum[:8]))
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		return "", fmt.Errorf("%s should be a directory for Postgres's socket", dir)
	}
	return dir, nil
}

// shortTemp is the directory for temporary files, unless that is a long one too.
func shortTemp() string {
	if dir := os.TempDir(); len(dir) <= 40 && !strings.Contains(dir, " ") {
		return dir
	}
	return "/tmp"
}
