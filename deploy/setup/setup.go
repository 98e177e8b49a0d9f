package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"taskpilot/deploy/postgres"
	"taskpilot/internal/tokens"
)

// patience is how long the database may take to be there: it may be starting as well.
const patience = time.Minute

// setUp does the three things, and says each.
func setUp(ctx context.Context, conf config, stdout io.Writer) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := postgres.Setup(ctx, conf.DatabaseURL, conf.passwords)
		if err != nil && !errors.Is(err, postgres.ErrUnreachable) {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithMaxElapsedTime(patience))
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, "the schema is applied, and the roles have their passwords")
	for _, process := range []files{
		{dir: conf.AdapterDir, signs: true},
		{dir: conf.ChatcoreDir, signs: true, role: postgres.RoleChatcore},
		{dir: conf.ToolserverDir, role: postgres.RoleToolserver},
	} {
		if process.dir == "" {
			continue
		}
		if err := process.make(conf); err != nil {
			return err
		}
		fmt.Fprintln(stdout, "the files are in", process.dir)
	}
	return nil
}

// files are what one process finds in its own directory.
type files struct {
	dir   string
	signs bool   // it has a private key
	role  string // it logs in to the database
}

func (f files) make(conf config) error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return fmt.Errorf("making a directory for files: %w", err)
	}
	made := []string{f.dir}
	if f.signs {
		path := filepath.Join(f.dir, "keys.json")
		if err := tokens.WriteNewKeys(path); err != nil {
			return err
		}
		made = append(made, path)
	}
	if f.role != "" {
		path := filepath.Join(f.dir, "pgpass")
		if err := writePassfile(path, f.role, conf.passwords[f.role]); err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
		made = append(made, path)
	}
	if conf.FilesUID < 0 {
		return nil
	}
	for _, path := range made {
		if err := os.Chown(path, conf.FilesUID, conf.FilesUID); err != nil {
			return fmt.Errorf("giving the files to their process: %w", err)
		}
	}
	return nil
}

// writePassfile writes a password in the form of libpq's pgpass, whole or not at all.
func writePassfile(path, role, password string) error {
	escape := strings.NewReplacer(`\`, `\\`, `:`, `\:`)
	line := fmt.Sprintf("*:*:*:%s:%s\n", escape.Replace(role), escape.Replace(password))
	if err := os.WriteFile(path+".new", []byte(line), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
