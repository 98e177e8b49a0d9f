package pgtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lib/pq"

	"taskpilot"
	"taskpilot/deploy/postgres"
)

const databasePrefix = "taskpilot_test_"

// openCluster finds or starts the server and sees that it has the template.
func openCluster() (*cluster, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := &cluster{admin: os.Getenv("DATABASE_URL"), template: templateName()}
	if c.admin == "" {
		if err := c.startPrivate(ctx); err != nil {
			return nil, err
		}
	}
	c.roles = postgres.DerivedPasswords(c.admin)
	if err := c.prepare(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// startPrivate serves a cluster of this test process's own, and sees that nothing of it is left.
func (c *cluster) startPrivate(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "taskpilot-pgtest-")
	if err != nil {
		return fmt.Errorf("making a directory for Postgres: %w", err)
	}
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // what is in it is closed; the server's account must pass through
		return err
	}
	var notes strings.Builder
	data := filepath.Join(dir, "data")
	server, err := postgres.Start(ctx, postgres.Options{DataDir: data, Log: func(s string) { notes.WriteString(s + "; ") }})
	if err != nil {
		return fmt.Errorf("%s%w", notes.String(), err)
	}
	c.admin = server.AdminDSN("postgres")
	c.alive, err = sweepAfterMe(dir, data, server.PID)
	return err
}

// templateName changes with the schema, so that a shared server's old template is not taken for the new one.
func templateName() string {
	sum := sha256.Sum256([]byte(taskpilot.Schema))
	return "taskpilot_template_" + hex.EncodeToString(sum[:6])
}

// prepare makes the template, once: processes that share the server wait for each other.
func (c *cluster) prepare(ctx context.Context) error {
	db, err := sql.Open("postgres", c.admin)
	if err != nil {
		return fmt.Errorf("reading DATABASE_URL: it is no address of a Postgres")
	}
	defer func() { _ = db.Close() }() // ends the session, and its lock
	lock, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("reaching Postgres: %w", err)
	}
	defer func() { _ = lock.Close() }() // goes with db
	if _, err := lock.ExecContext(ctx, `SELECT pg_advisory_lock(hashtext('taskpilot template'))`); err != nil {
		return fmt.Errorf("waiting for the template: %w", err)
	}
	dropOld(ctx, db)
	var exists bool
	row := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, c.template)
	if err := row.Scan(&exists); err != nil {
		return fmt.Errorf("looking for the template: %w", err)
	}
	if exists {
		return postgres.SetPasswords(ctx, c.admin, c.roles)
	}
	return c.makeTemplate(ctx)
}

// makeTemplate sets up a database under another name first, so that a half-made one is never copied.
func (c *cluster) makeTemplate(ctx context.Context) error {
	unfinished := c.template + "_new"
	for _, statement := range []string{
		"DROP DATABASE IF EXISTS " + pq.QuoteIdentifier(unfinished) + " WITH (FORCE)",
		"CREATE DATABASE " + pq.QuoteIdentifier(unfinished),
	} {
		if err := execute(ctx, c.admin, statement); err != nil {
			return fmt.Errorf("making the template: %w", err)
		}
	}
	dsn, err := postgres.InDatabase(c.admin, unfinished)
	if err != nil {
		return err
	}
	if err := postgres.Setup(ctx, dsn, c.roles); err != nil {
		return err
	}
	return execute(ctx, c.admin, fmt.Sprintf("ALTER DATABASE %s RENAME TO %s",
		pq.QuoteIdentifier(unfinished), pq.QuoteIdentifier(c.template)))
}

// dropOld removes, from a shared server, databases that ended test processes left hours ago. It tries only.
func dropOld(ctx context.Context, db *sql.DB) {
	rows, err := db.QueryContext(ctx, `SELECT datname FROM pg_database d
		WHERE datname LIKE 'taskpilot\_test\_%' AND split_part(datname, '_', 3)::bigint < extract(epoch FROM now()) - 6 * 3600
		AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)`)
	if err != nil {
		return
	}
	defer func() { _ = rows.Close() }() // read only
	var old []string
	for rows.Next() {
		var name string
		if rows.Scan(&name) == nil {
			old = append(old, name)
		}
	}
	if rows.Err() != nil {
		return
	}
	for _, name := range old {
		_, _ = db.ExecContext(ctx, "DROP DATABASE IF EXISTS "+pq.QuoteIdentifier(name)) // somebody else may be at it
	}
}
