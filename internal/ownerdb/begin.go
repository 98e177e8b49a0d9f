package ownerdb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
)

// A transaction begins in one round trip: what says whose it is and what bounds it travel with BEGIN. database/sql and lib/pq
// would make two of it, and a short request feels each.

// connector gives connections that begin so.
type connector struct{ driver.Connector }

// postgres is what lib/pq's connections can do, and database/sql uses. They are their own transaction.
type postgres interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.SessionResetter
	driver.Validator
	driver.Pinger
	driver.Tx
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	known, ok := opened.(postgres)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%T is no connection of lib/pq's as it is known here", opened), opened.Close())
	}
	return &conn{known}, nil
}

// conn is a connection whose transactions begin with the settings that their context carries.
type conn struct{ postgres }

type settingsKey struct{}

// withSettings has the next transaction begin with these statements: SETs, in SQL.
func withSettings(ctx context.Context, settings string) context.Context {
	return context.WithValue(ctx, settingsKey{}, settings)
}

// BeginTx implements driver.ConnBeginTx. Of the options it knows whether the transaction only reads. lib/pq watches the
// context of each statement, so a transaction whose caller has left ends with the statement that is at work.
func (c *conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	begin := "BEGIN; "
	if options.ReadOnly {
		begin = "BEGIN READ ONLY; "
	}
	settings, _ := ctx.Value(settingsKey{}).(string)
	if _, err := c.ExecContext(ctx, begin+settings, nil); err != nil {
		_ = c.Rollback() // when BEGIN came through; else lib/pq gives the connection up
		return nil, err
	}
	return c.postgres, nil
}
