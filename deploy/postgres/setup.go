package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"taskpilot"
)

// The roles that the processes log in as.
const (
	RoleChatcore   = "taskpilot_chatcore"
	RoleToolserver = "taskpilot_toolserver"
)

// setupLock is the advisory lock under which a database is set up: any number that nobody else takes.
const setupLock = 0x7461736b70696c6f // "taskpilo"

// ErrNotMigrator says that a role cannot set a database up, or would not see its rows afterwards.
var ErrNotMigrator = errors.New("the role that sets the database up must be a superuser or have BYPASSRLS")

// ErrUnreachable says that the database did not answer, or not yet.
var ErrUnreachable = errors.New("the database can't be reached")

// Setup applies the schema and lets each role of passwords log in with its password. Doing it again changes nothing
// but passwords; several at once wait for each other.
func Setup(ctx context.Context, adminDSN string, passwords map[string]string) error {
	return setUp(ctx, adminDSN, taskpilot.Schema, passwords)
}

// SetPasswords lets roles that are there already log in with these passwords.
func SetPasswords(ctx context.Context, adminDSN string, passwords map[string]string) error {
	return setUp(ctx, adminDSN, "", passwords)
}

func setUp(ctx context.Context, adminDSN, schema string, passwords map[string]string) error {
	db, err := sql.Open("postgres", adminDSN)
	if err != nil {
		return fmt.Errorf("reading the database's address: %w", withoutSecret(err, adminDSN))
	}
	defer func() { _ = db.Close() }() // nothing is in flight
	if err := checkMigrator(ctx, db); err != nil {
		return err
	}
	// Roles belong to the whole server, and the lock to one database of it: two databases may still meet.
	const attempts = 5
	for attempt := 1; ; attempt++ {
		err := apply(ctx, db, schema, passwords)
		if err == nil || attempt == attempts || !metAnother(err) {
			return err
		}
	}
}

func checkMigrator(ctx context.Context, db *sql.DB) error {
	var role string
	var bypasses bool
	row := db.QueryRowContext(ctx, `SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user`)
	if err := row.Scan(&role, &bypasses); err != nil {
		var refused *pq.Error // an answer; one of a server that is starting is as good as none
		if errors.As(err, &refused) && refused.Code != pqerror.CannotConnectNow {
			return fmt.Errorf("asking who may set the database up: %w", err)
		}
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if !bypasses {
		return fmt.Errorf("%w: %s is not and has not (as a superuser: ALTER ROLE %s BYPASSRLS)",
			ErrNotMigrator, role, pq.QuoteIdentifier(role))
	}
	return nil
}

func apply(ctx context.Context, db *sql.DB, schema string, passwords map[string]string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning the set-up: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit this says ErrTxDone
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(setupLock)); err != nil {
		return fmt.Errorf("waiting for another set-up: %w", err)
	}
	// What is there already is said in notices: nobody needs them.
	if _, err := tx.ExecContext(ctx, `SET LOCAL client_min_messages = warning`); err != nil {
		return fmt.Errorf("silencing notices: %w", err)
	}
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return fmt.Errorf("applying schema.sql: %w", err)
	}
	if err := setPasswords(ctx, tx, passwords); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing the set-up: %w", err)
	}
	return nil
}

func setPasswords(ctx context.Context, tx *sql.Tx, passwords map[string]string) error {
	for _, role := range slices.Sorted(maps.Keys(passwords)) {
		statement := fmt.Sprintf("ALTER ROLE %s LOGIN PASSWORD %s", pq.QuoteIdentifier(role), pq.QuoteLiteral(passwords[role]))
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("giving %s its password: %w", role, err)
		}
	}
	return nil
}

// metAnother says that the same role was changed from another database at the same time.
func metAnother(err error) bool {
	var e *pq.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Code == pqerror.UniqueViolation || e.Code == pqerror.InternalError && strings.Contains(e.Message, "concurrently")
}

// EnsureDatabase makes a database when it is not there. The address may be of any database of the server.
func EnsureDatabase(ctx context.Context, adminDSN, database string) error {
	db, err := sql.Open("postgres", adminDSN)
	if err != nil {
		return fmt.Errorf("reading the database's address: %w", withoutSecret(err, adminDSN))
	}
	defer func() { _ = db.Close() }() // nothing is in flight
	var exists bool
	row := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, database)
	if err := row.Scan(&exists); err != nil {
		return fmt.Errorf("looking for the database: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := db.ExecContext(ctx, `CREATE DATABASE `+pq.QuoteIdentifier(database)); err != nil {
		return fmt.Errorf("making the database %s: %w", database, err)
	}
	return nil
}

func ping(ctx context.Context, dsn string) error {
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing is in flight
	return db.PingContext(ctx)
}
