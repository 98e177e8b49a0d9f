package serving

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// healthTime bounds a health check and a readiness check: whoever asks would not wait longer.
const healthTime = 3 * time.Second

// Endpoints gives the handlers of /healthz (the process answers) and /readyz (it can do its work). Both answer 200
// {"status":"ok"}; readyz answers a 503 problem while ready returns an error. The error's own words are shown only when it
// is a NotReady (see Checks): these endpoints need no token, and a driver's error names hosts.
func Endpoints(ready func(context.Context) error, about ...About) (healthz, readyz http.HandlerFunc) {
	healthz = func(w http.ResponseWriter, _ *http.Request) { writeOK(w, nil) }
	readyz = func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), healthTime)
		defer cancel()
		err := ready(ctx)
		if err == nil {
			writeOK(w, about)
			return
		}
		detail := "Not ready yet."
		var reason NotReady
		if errors.As(err, &reason) {
			detail = reason.Error()
		}
		WriteProblem(w, r, Problem{
			Status: http.StatusServiceUnavailable, Code: "not_ready", Detail: detail, RetryAfter: time.Second, Cause: err,
		})
	}
	return healthz, readyz
}

// NotReady names what a process waits for.
type NotReady []string

func (n NotReady) Error() string { return "Waiting for: " + strings.Join(n, ", ") + "." }

// Check is one thing that a process needs before it can work. Name is shown to anybody who asks.
type Check struct {
	Name string
	Do   func(context.Context) error
}

// Checks makes a function for Endpoints of several checks. Those that fail are named in a NotReady, and logged with
// their cause.
func Checks(log *slog.Logger, checks ...Check) func(context.Context) error {
	return func(ctx context.Context) error {
		var waiting NotReady
		for _, check := range checks {
			if err := check.Do(ctx); err != nil {
				log.WarnContext(ctx, "not ready", "check", check.Name, "error", err.Error())
				waiting = append(waiting, check.Name)
			}
		}
		if waiting == nil {
			return nil
		}
		return waiting
	}
}

// About is something that readyz says beside that all is well. Anybody may read it.
type About struct {
	Name string
	Of   func() any // it must be JSON
}

func writeOK(w http.ResponseWriter, about []About) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	said := map[string]any{"status": "ok"}
	for _, a := range about {
		said[a.Name] = a.Of()
	}
	_ = json.NewEncoder(w).Encode(said) // whoever asks is gone when this fails
}

// Health asks the process that listens on addr (as in Options.Addr: ":8080" and "0.0.0.0:8080" are asked on the loopback)
// whether it is healthy. It is the health subcommand of every process, for containers without a shell.
func Health(ctx context.Context, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("reading the address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return fmt.Errorf("asking for health: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // and no proxy from the environment
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("asking for health: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("asking for health: the answer was %s", response.Status)
	}
	return nil
}
