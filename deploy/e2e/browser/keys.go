package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Type presses a key for each rune; the constants of chromedp's kb are runes too (kb.Enter, kb.Escape, kb.Tab).
//
// A key that makes a character is one event that carries it, as a person's key is: chromedp's own KeyEvent sends the
// character as an event apart, which comes through even where the page has refused the key.
func (p *Page) Type(ctx context.Context, keys string, modifiers ...chromedp.Modifier) error {
	return p.Do(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		for _, key := range keys {
			for _, event := range whole(kb.Encode(key)) {
				for _, modifier := range modifiers {
					event.Modifiers |= int64(modifier)
				}
				if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, *event); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// Click presses a place in the page, in pixels of its viewport.
func (p *Page) Click(ctx context.Context, x, y float64) error {
	return p.Do(ctx, chromedp.MouseClickXY(x, y))
}

// whole puts the character of a key into the event that presses it.
func whole(events []*input.DispatchKeyEventParams) []*input.DispatchKeyEventParams {
	var found []*input.DispatchKeyEventParams
	for _, event := range events {
		switch {
		case event.Type != kb.KeyChar || len(found) == 0:
			found = append(found, event)
		case event.Text == kb.Enter || event.Text >= " ": // the characters of Backspace and the like are no text
			found[len(found)-1].Text = event.Text
			found[len(found)-1].UnmodifiedText = event.UnmodifiedText
		}
	}
	return found
}
