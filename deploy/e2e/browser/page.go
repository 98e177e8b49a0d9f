package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Page is one tab with a storage of its own.
type Page struct {
	context context.Context
	close   context.CancelFunc

	mu       sync.Mutex
	messages []Message
	dialogs  chan cdp.BackendNodeID // file dialogs that were opened while Choose waits
}

// Message is what the browser reported of a page.
type Message struct {
	Source string // "console", "exception", or the browser's own sources: "security", "network", "rendering", …
	Level  string // "error", "warning", "info", …
	Text   string
}

// Option sets how a page is shown.
type Option func(*settings)

type settings struct {
	width, height int64
	dark, touch   bool
}

// Phone is a page the size of a phone.
func Phone(s *settings) { s.width, s.height, s.touch = 390, 844, true }

// Dark is a page of somebody whose system is dark.
func Dark(s *settings) { s.dark = true }

// Size is a page of that size in pixels.
func Size(width, height int64) Option {
	return func(s *settings) { s.width, s.height = width, height }
}

func open(parent context.Context, options []Option) (*Page, error) {
	set := settings{width: 1100, height: 800}
	for _, option := range options {
		option(&set)
	}
	made := &Page{}
	tab, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext(), chromedp.WithListener(made.listen))
	made.context, made.close = tab, cancel
	if err := chromedp.Do(tab, set.viewport(), set.media()); err != nil {
		cancel()
		return nil, err
	}
	return made, nil
}

func (s settings) viewport() chromedp.Action[chromedp.Void] {
	view := []chromedp.EmulateViewportOption{chromedp.EmulateScale(1)}
	if s.touch {
		view = append(view, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	return chromedp.EmulateViewport(s.width, s.height, view...)
}

func (s settings) media() chromedp.Action[chromedp.Void] {
	scheme := "light"
	if s.dark {
		scheme = "dark"
	}
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme},
				{Name: "prefers-reduced-motion", Value: "reduce"}, // a click must not chase what still slides in
			},
		})
		return err
	})
}

// Do runs chromedp's actions in the page, one after the other. The spec's context bounds them.
func (p *Page) Do(ctx context.Context, actions ...chromedp.Action[chromedp.Void]) error {
	for _, action := range actions {
		if _, err := run(ctx, p, action); err != nil {
			return err
		}
	}
	return nil
}

// run runs one action in the page, until it is done or the caller's context is.
func run[V any](ctx context.Context, p *Page, action chromedp.Action[V]) (V, error) {
	bounded, cancel := context.WithCancel(p.context)
	defer cancel()
	stop := context.AfterFunc(ctx, cancel)
	defer stop()
	value, err := chromedp.Run(bounded, action)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%w (%w)", err, context.Cause(ctx))
	}
	return value, err
}

// Open goes to an address and waits until its document is loaded.
func (p *Page) Open(ctx context.Context, url string) error {
	return p.Do(ctx, chromedp.Navigate(url))
}

// Reload loads the page again and waits until its document is loaded.
func (p *Page) Reload(ctx context.Context) error {
	return p.Do(ctx, chromedp.Reload())
}

// Eval runs a JavaScript expression, waits for it if it is a promise, and decodes its value, which must be JSON, into out
// (nil: nobody wants it).
func (p *Page) Eval(ctx context.Context, expression string, out any) error {
	wrapped := fmt.Sprintf("(async () => JSON.stringify(await (%s)) ?? 'null')()", expression)
	text, err := run(ctx, p, chromedp.Evaluate[string](wrapped, chromedp.EvalAwaitPromise))
	if err != nil {
		return fmt.Errorf("evaluating in the page: %w", err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal([]byte(text), out)
}

// Screenshot writes what the page shows as PNG, and makes the file's directory.
func (p *Page) Screenshot(ctx context.Context, file string) error {
	png, err := run(ctx, p, chromedp.CaptureScreenshot())
	if err != nil {
		return fmt.Errorf("taking a picture of the page: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o644)
}

// Messages is what the browser has reported of the page so far.
func (p *Page) Messages() []Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Message(nil), p.messages...)
}

// Errors is those messages that mean a fault in the page: uncaught exceptions, refused loads, violations of its policy.
func (p *Page) Errors() []Message {
	var faults []Message
	for _, message := range p.Messages() {
		if message.Level == "error" {
			faults = append(faults, message)
		}
	}
	return faults
}

func (p *Page) listen(event any) {
	switch event := event.(type) {
	case *log.EventEntryAdded:
		p.add(Message{Source: string(event.Entry.Source), Level: string(event.Entry.Level), Text: event.Entry.Text + " " + event.Entry.URL})
	case *page.EventFileChooserOpened:
		p.dialogOpened(event)
	case *runtime.EventExceptionThrown:
		p.add(Message{Source: "exception", Level: "error", Text: exception(event.ExceptionDetails)})
	case *runtime.EventConsoleAPICalled:
		text := ""
		for _, argument := range event.Args {
			text += string(argument.Value) + argument.Description + " "
		}
		p.add(Message{Source: "console", Level: string(event.Type), Text: text})
	}
}

func exception(details *runtime.ExceptionDetails) string {
	if details.Exception != nil && details.Exception.Description != "" {
		return details.Text + ": " + details.Exception.Description
	}
	return details.Text
}

func (p *Page) add(message Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages = append(p.messages, message)
}
