package browser

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Choose answers the file dialog that an action opens, with one file.
func (p *Page) Choose(ctx context.Context, file string, opening func() error) error {
	p.mu.Lock()
	p.dialogs = make(chan cdp.BackendNodeID, 1)
	p.mu.Unlock()
	if err := p.intercept(ctx, true); err != nil {
		return err
	}
	if err := opening(); err != nil {
		return err
	}
	select {
	case field := <-p.dialogs:
		chosen := dom.SetFileInputFilesParams{Files: []string{file}, BackendNodeID: field}
		err := p.Do(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, dom.SetFileInputFiles, chosen)
			return err
		}))
		if err != nil {
			return fmt.Errorf("answering the file dialog: %w", err)
		}
		return p.intercept(ctx, false)
	case <-ctx.Done():
		return fmt.Errorf("no file dialog was opened: %w", context.Cause(ctx))
	}
}

func (p *Page) intercept(ctx context.Context, enabled bool) error {
	return p.Do(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: enabled})
		return err
	}))
}

func (p *Page) dialogOpened(event *page.EventFileChooserOpened) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case p.dialogs <- event.BackendNodeID:
	default: // nobody waits for one
	}
}
