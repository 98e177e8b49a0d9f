package ownerdb

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// Tx is a transaction of one owner. Queries are constant texts; values go in as parameters.
type Tx struct {
	tx *sqlx.Tx
	db *DB
}

// Get reads one row into dest, or returns ErrNoRow.
func (t *Tx) Get(ctx context.Context, dest any, query string, args ...any) error {
	s, err := t.statement(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // the connection keeps what was prepared
	return s.GetContext(ctx, dest, args...)
}

// Select reads all rows into the slice dest points to.
func (t *Tx) Select(ctx context.Context, dest any, query string, args ...any) error {
	s, err := t.statement(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // the connection keeps what was prepared
	return s.SelectContext(ctx, dest, args...)
}

// Exec runs a statement and says how many rows it touched.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	s, err := t.statement(ctx, query)
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.Close() }() // as above
	result, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t *Tx) statement(ctx context.Context, query string) (*sqlx.Stmt, error) {
	prepared, err := t.db.prepare(query)
	if err != nil {
		return nil, err
	}
	return t.tx.StmtxContext(ctx, prepared), nil
}
