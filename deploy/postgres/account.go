package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is whom the server runs as. Postgres refuses to run as root, so root starts it as somebody else.
type account struct {
	uid, gid int
	switched bool // another account than this process's own
}

// accountFor picks the account for a directory: this process's own; for root, the one that the directory belongs to
// already, or nobody.
func accountFor(dir string) (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	if info, err := os.Stat(dir); err == nil {
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid != 0 {
			return account{uid: int(owner.Uid), gid: int(owner.Gid), switched: true}, nil
		}
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return account{}, fmt.Errorf("there is no account nobody to run Postgres as, which does not run as root: %w", err)
	}
	uid, err := strconv.Atoi(nobody.Uid)
	if err != nil {
		return account{}, fmt.Errorf("reading nobody's uid: %w", err)
	}
	gid, err := strconv.Atoi(nobody.Gid)
	if err != nil {
		return account{}, fmt.Errorf("reading nobody's gid: %w", err)
	}
	return account{uid: uid, gid: gid, switched: true}, nil
}

// attributes make a command run as the account.
func (a account) attributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{}
	if a.switched {
		attributes.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)} //nolint:gosec // from passwd
	}
	return attributes
}

// own makes a directory that only the account can enter (and root, who can enter all), or takes an existing one.
func (a account) own(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if a.switched {
		if err := os.Lchown(dir, a.uid, a.gid); err != nil {
			return err
		}
	} else if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) != a.uid {
		return fmt.Errorf("%s belongs to another account (uid %d): take another directory, or start as that account or as root",
			dir, owner.Uid)
	}
	return os.Chmod(dir, 0o700) //nolint:gosec // a directory needs its x
}

// closedParent names the first parent of dir that the account can't pass through, or "".
func (a account) closedParent(dir string) (string, error) {
	if !a.switched {
		return "", nil
	}
	for parent := filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		info, err := os.Stat(parent)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it will be made open
		}
		if err != nil {
			return "", err
		}
		if !a.mayPass(info) {
			return parent, nil
		}
		if parent == filepath.Dir(parent) {
			return "", nil
		}
	}
}

func (a account) mayPass(info fs.FileInfo) bool {
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	switch {
	case int(owner.Uid) == a.uid:
		return info.Mode()&0o100 != 0
	case int(owner.Gid) == a.gid:
		return info.Mode()&0o010 != 0
	default:
		return info.Mode()&0o001 != 0
	}
}
