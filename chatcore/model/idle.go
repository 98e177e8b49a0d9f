package model

import (
	"context"
	"errors"
	"time"
)

var errIdle = errors.New("the endpoint sent nothing for too long")

// idle ends a request while it waits for the endpoint for too long. It does not count the time that the reader takes.
type idle struct {
	patience time.Duration
	cancel   context.CancelCauseFunc
}

func newIdle(patience time.Duration, cancel context.CancelCauseFunc) *idle {
	return &idle{patience: patience, cancel: cancel}
}

// watch begins a wait; the function it gives ends it.
func (i *idle) watch() (stop func()) {
	timer := time.AfterFunc(i.patience, func() { i.cancel(errIdle) })
	return func() { timer.Stop() }
}

// lower shortens later waits.
func (i *idle) lower(patience time.Duration) { i.patience = min(i.patience, patience) }
