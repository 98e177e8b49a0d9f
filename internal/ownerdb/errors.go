package ownerdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// ErrNoRow says that a Get found nothing. It is sql.ErrNoRows, so that callers need not know where it comes from.
var ErrNoRow = sql.ErrNoRows

// ErrNoOwner says that As was given no user, or one that cannot be an owner.
var ErrNoOwner = errors.New("a transaction needs an owner: a name that is not empty, valid UTF-8 and without U+0000")

// IsTaken says that an insert met a row that has its key already: take another id and try again.
func IsTaken(err error) bool {
	var e *pq.Error
	return errors.As(err, &e) && e.Code == pqerror.UniqueViolation
}

// IsAway says that the database could not be reached or did not answer in time: the same may work later.
func IsAway(err error) bool {
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	// lib/pq gives these bare when the connection is closed in an orderly way: while it is made, or in the middle.
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	var e *pq.Error
	if !errors.As(err, &e) {
		return false
	}
	class := string(e.Code)
	return strings.HasPrefix(class, "08") || strings.HasPrefix(class, "53") || strings.HasPrefix(class, "57")
}
