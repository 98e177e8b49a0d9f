package ownerdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// Silence is how long a connection may say nothing before it is given up.
const Silence = 10 * time.Second

// idleInTransaction is how long the server keeps a transaction, and its locks, for a process that went away without a word.
const idleInTransaction = time.Minute

// Options of Open. The zero value of each takes the default beside it.
type Options struct {
	MaxConns int           // 16
	Silence  time.Duration // Silence

	// Wrap stands between the pool and its connections, to watch them; nil: nobody does. What says whose a transaction is travels
	// in the context of its BeginTx.
	Wrap func(driver.Connector) driver.Connector
}

// DB is a pool of connections on which every transaction belongs to one owner.
type DB struct {
	pool       *sqlx.DB
	silence    time.Duration
	slots      chan struct{} // one for each transaction: the pool has one connection more, so preparing never waits for them
	ending     sync.WaitGroup
	statements sync.Map // SQL text → *statement; texts are constants of the program, so this stays small
}

type statement struct {
	once     sync.Once
	prepared *sqlx.Stmt
	err      error
}

// Open makes the pool. It connects lazily: a database that is away shows at the first transaction and in Ping.
func Open(dsn string, options Options) (*DB, error) {
	if options.MaxConns == 0 {
		options.MaxConns = 16
	}
	if options.Silence == 0 {
		options.Silence = Silence
	}
	opened, err := pq.NewConnector(dsn)
	if err != nil {
		// lib/pq's own words quote the address, or a part of it that may be the password.
		return nil, errors.New("reading the database's address: it is neither a postgres:// URL nor key=value pairs")
	}
	opened.Dialer(newDialer(options.Silence))
	if options.Wrap == nil {
		options.Wrap = func(c driver.Connector) driver.Connector { return c }
	}
	pool := sqlx.NewDb(sql.OpenDB(options.Wrap(connector{opened})), "postgres")
	pool.SetMaxOpenConns(options.MaxConns + 1)
	pool.SetMaxIdleConns(options.MaxConns + 1)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return &DB{pool: pool, silence: options.Silence, slots: make(chan struct{}, options.MaxConns)}, nil
}

// Close gives all connections back.
func (db *DB) Close() error {
	db.ending.Wait()
	return db.pool.Close()
}

// Ping answers whether the database can be reached.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.pool.PingContext(ctx); err != nil {
		return fmt.Errorf("reaching the database: %w", err)
	}
	return nil
}

// As runs do in one transaction whose owner is userID, and commits when do returns nil. The error of do comes back
// as it is; an error of the database's is wrapped with what was being done. A userID that Postgres cannot hold, or an
// empty one, is ErrNoOwner. A statement that fails ends the transaction: to try again, call As again. As must not be
// called within do, for under load the two would wait for each other.
func (db *DB) As(ctx context.Context, userID string, do func(*Tx) error) error {
	if !canOwn(userID) {
		return ErrNoOwner
	}
	return db.transaction(ctx, owner(userID), do)
}

// canOwn says that a name can be an owner's. The setting is empty, and not null, after its first transaction on a connection:
// an empty owner would be everybody who forgot to say who they are.
func canOwn(userID string) bool {
	return userID != "" && utf8.ValidString(userID) && !strings.ContainsRune(userID, 0)
}

// owner says whose a transaction is, in a literal: Citus does not pass set_config on to its workers.
func owner(userID string) string { return "SET LOCAL app.user_id = " + pq.QuoteLiteral(userID) }

// Look is As for do that only reads: the database refuses it everything else. It returns when do has, and the transaction's
// end, which can change nothing any more, follows by itself.
func (db *DB) Look(ctx context.Context, userID string, do func(*Tx) error) error {
	if !canOwn(userID) {
		return ErrNoOwner
	}
	tx, err := db.begin(ctx, owner(userID), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	end := tx.Rollback
	defer func() { db.ending.Go(func() { defer db.leave(); _ = end() }) }()
	if err := do(&Tx{tx: tx, db: db}); err != nil {
		return err
	}
	end = tx.Commit
	return nil
}

// AsRole runs do in one transaction as another role, without an owner: work across owners, on the few tables that are
// open to that role. role is a name of the program's, never input.
func (db *DB) AsRole(ctx context.Context, role string, do func(*Tx) error) error {
	return db.transaction(ctx, "SET LOCAL ROLE "+pq.QuoteIdentifier(role), do)
}

// transaction begins, says who it is for, and ends.
func (db *DB) transaction(ctx context.Context, identify string, do func(*Tx) error) error {
	tx, err := db.begin(ctx, identify, nil)
	if err != nil {
		return err
	}
	defer db.leave()
	defer func() { _ = tx.Rollback() }() // after a commit this says ErrTxDone
	if err := do(&Tx{tx: tx, db: db}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil { // it was rolled back because its time was over
			err = ctx.Err()
		}
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// begin waits for a place, which must be left in the end, and begins a transaction there. In the same breath it bounds its
// statements on the server: one that waits longer than the connection may be silent would go on there, holding its locks, when
// nobody listens any more.
func (db *DB) begin(ctx context.Context, identify string, options *sql.TxOptions) (*sqlx.Tx, error) {
	select {
	case db.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for a connection: %w", ctx.Err())
	}
	tx, err := db.pool.BeginTxx(withSettings(ctx, identify+db.bounds()), options)
	if err != nil {
		db.leave()
		return nil, fmt.Errorf("beginning a transaction: %w", err)
	}
	return tx, nil
}

func (db *DB) leave() { <-db.slots }

func (db *DB) bounds() string {
	return fmt.Sprintf("; SET LOCAL statement_timeout = %d; SET LOCAL idle_in_transaction_session_timeout = %d",
		max(1, (db.silence*3/4).Milliseconds()), idleInTransaction.Milliseconds())
}

// prepare gives the statement of a text, prepared once a connection (2.5 times as fast as unprepared).
func (db *DB) prepare(query string) (*sqlx.Stmt, error) {
	entry, _ := db.statements.LoadOrStore(query, &statement{})
	s := entry.(*statement)
	s.once.Do(func() {
		// Not the caller's context: the statement outlives the call that met it first.
		ctx, cancel := context.WithTimeout(context.Background(), db.silence)
		defer cancel()
		s.prepared, s.err = db.pool.PreparexContext(ctx, query)
	})
	if s.err != nil {
		db.statements.CompareAndDelete(query, entry) // the next call tries again
	}
	return s.prepared, s.err
}
