package pgtest

import (
	"context"
	"database/sql/driver"
	"slices"
	"time"
)

// What row-level security costs is measured against the same statements without it: in a database where it is off (Bare), on
// connections that begin no transactions (Untransacted) or transactions that do not say whose they are (Unowned). It is for
// measuring alone.

// Bare is Fresh without row-level security.
func Bare(t T) *DB {
	t.Helper()
	db := Fresh(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := execute(ctx, db.Admin, `DO $$ DECLARE t regclass; BEGIN
		FOR t IN SELECT oid FROM pg_class WHERE relrowsecurity LOOP
			EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', t);
		END LOOP; END $$`)
	if err != nil {
		t.Fatalf("taking row-level security off: %v", err)
	}
	return db
}

// Untransacted makes each statement a transaction of its own.
func Untransacted(to driver.Connector) driver.Connector { return beginning{to, nothing} }

// Unowned makes transactions that say nothing at their begin.
func Unowned(to driver.Connector) driver.Connector {
	return beginning{to, func(ctx context.Context, c conn) (driver.Tx, error) {
		_, err := c.ExecContext(ctx, "BEGIN", nil)
		return c, err
	}}
}

// beginning is a connector whose connections begin otherwise.
type beginning struct {
	driver.Connector
	begin func(context.Context, conn) (driver.Tx, error)
}

type conn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.SessionResetter
	driver.Validator
	driver.Tx
}

type otherwise struct {
	conn
	begin func(context.Context, conn) (driver.Tx, error)
}

func (b beginning) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := b.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return otherwise{opened.(conn), b.begin}, nil
}

func (o otherwise) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	return o.begin(ctx, o.conn)
}

func nothing(context.Context, conn) (driver.Tx, error) { return noTx{}, nil }

type noTx struct{}

func (noTx) Commit() error   { return nil }
func (noTx) Rollback() error { return nil }

// Medians does each thing so often, by turns, and gives the medians of the times they took.
func Medians(rounds int, things ...func()) []time.Duration {
	took := make([][]time.Duration, len(things))
	for round := range rounds {
		for i := range things {
			at := (i + round) % len(things) // none is always the first
			began := time.Now()
			things[at]()
			took[at] = append(took[at], time.Since(began))
		}
	}
	medians := make([]time.Duration, len(things))
	for i := range took {
		slices.Sort(took[i])
		medians[i] = took[i][len(took[i])/2]
	}
	return medians
}
