package browser

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
)

// starting is how long Chromium may take to start: on a machine whose cores are all at work it takes its time.
const starting = 60 * time.Second

// T is what Shared needs of a spec; testing.TB and GinkgoT() have it.
type T interface {
	Helper()
	Skip(args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Shared is one Chromium for all specs of a suite. Its zero value is ready; the suite closes it at its end.
type Shared struct {
	Locate func() (string, error) // finds Chromium; nil: Find

	once    sync.Once
	said    sync.Once
	context context.Context
	stop    context.CancelFunc
	err     error
}

// Page opens a page of its own for one spec: it shares nothing with any other, and is closed when the spec ends. The spec
// is skipped where there is no Chromium, unless CHROMIUM=required.
func (s *Shared) Page(t T, options ...Option) *Page {
	t.Helper()
	s.once.Do(func() { s.err = s.start() })
	if s.err != nil {
		if os.Getenv("CHROMIUM") == Required {
			t.Fatalf("browser: %v", s.err)
		}
		s.said.Do(func() { fmt.Fprintf(os.Stderr, "browser specs are skipped: %v\n", s.err) })
		t.Skip(s.err.Error())
	}
	page, err := open(s.context, options)
	if err != nil {
		t.Fatalf("browser: opening a page: %v", err)
	}
	t.Cleanup(page.close)
	return page
}

// Close ends Chromium and waits until it is gone, with its profile.
func (s *Shared) Close() {
	if s.stop != nil {
		s.stop()
	}
}

func (s *Shared) start() error {
	locate := s.Locate
	if locate == nil {
		locate = Find
	}
	path, err := locate()
	if err != nil {
		return err
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("no-default-browser-check", true),
		chromedp.WSURLReadTimeout(starting),
	)
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox) // Chromium's sandbox refuses root
	}
	allocator, release := chromedp.NewExecAllocator(context.Background(), flags...)
	main, end := chromedp.NewContext(allocator)
	if err := chromedp.Do(main); err != nil {
		end()
		release()
		return fmt.Errorf("starting %s: %w", path, err)
	}
	s.context = main
	s.stop = func() {
		_ = chromedp.Cancel(main) // closes the browser in order and waits for it
		end()
		release()
	}
	return nil
}
