package attachments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"taskpilot/chatcore/store"
)

// How many attachments a sweep takes at once, and how long it may take for them before another sweep takes them too.
const (
	sweepLimit = 50
	sweepHold  = 5 * time.Minute
)

// Forgotten says that attachments were deleted, with a conversation or by themselves: their bytes can go now.
func (a *Attachments) Forgotten() {
	select {
	case a.due <- struct{}{}:
	default: // a sweep is about to begin anyway
	}
}

// Sweep lets bytes go that are due to, until ctx ends: of attachments that were deleted, and of those that were never sent.
// Every replica sweeps.
func (a *Attachments) Sweep(ctx context.Context) {
	ticker := time.NewTicker(a.config.SweepEvery)
	defer ticker.Stop()
	for {
		if err := a.sweepAll(ctx); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "sweeping attachments failed; it is tried again", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-a.due:
		case <-ticker.C:
		}
	}
}

// sweepAll sweeps until nothing is due.
func (a *Attachments) sweepAll(ctx context.Context) error {
	for {
		due, err := a.rows.DueSweeps(ctx, sweepLimit, sweepHold)
		if err != nil || len(due) == 0 {
			return err
		}
		var failed []error
		for _, sweep := range due {
			failed = append(failed, a.sweep(ctx, sweep))
		}
		if err := errors.Join(failed...); err != nil {
			return err
		}
	}
}

// sweep lets one attachment's bytes go, unless it was sent meanwhile.
func (a *Attachments) sweep(ctx context.Context, sweep store.Sweep) error {
	gone, err := a.rows.BeginSweep(ctx, sweep)
	if err != nil {
		return err
	}
	if gone {
		if err := a.erase(ctx, place(sweep.UserID, sweep.AttachmentID)); err != nil {
			return err
		}
	}
	// No upload that began before can go on for longer.
	return a.rows.EndSweep(ctx, sweep, 2*a.config.UploadTime)
}

// erase deletes every blob in a place.
func (a *Attachments) erase(ctx context.Context, place string) error {
	list := a.bucket.List(&blob.ListOptions{Prefix: place})
	for {
		found, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("looking for an attachment's bytes: %w", bucketError(err))
		}
		if err := a.bucket.Delete(ctx, found.Key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return fmt.Errorf("deleting an attachment's bytes: %w", bucketError(err))
		}
	}
}
