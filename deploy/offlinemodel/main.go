package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"taskpilot/deploy/offlinemodel/openai"
	"taskpilot/deploy/offlinemodel/rules"
	"taskpilot/deploy/offlinemodel/scripted"
	"taskpilot/internal/serving"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "offlinemodel:", err)
		os.Exit(1)
	}
}

// grace is how long replies may go on after the end was asked for.
const grace = 3 * time.Second

func run(ctx context.Context, args, environ []string, _ io.Reader, stdout, stderr io.Writer) error {
	conf, err := readConfig(args, environ, stderr)
	if err != nil {
		return err
	}
	if conf.Health {
		if err := serving.Health(ctx, conf.Addr); err != nil {
			return err
		}
		_, err := fmt.Fprintln(stdout, "ok")
		return err
	}
	log := serving.Logger(stderr, conf.LogLevel)
	script := scripted.New(scripted.Options{Clock: time.Now, NewID: rand.Text,
		Otherwise: rules.New().Respond, PaceMS: int(conf.Pace.Milliseconds())})
	handler := serving.Standard(log, routes(conf, script))
	return serving.Run(ctx, serving.Options{Addr: conf.Addr, Handler: handler, Log: log, Grace: grace, Closing: script.Close})
}

// routes mounts what the configuration asks for.
func routes(conf config, script *scripted.Endpoint) http.Handler {
	mux := http.NewServeMux()
	healthz, readyz := serving.Endpoints(func(context.Context) error { return nil })
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", readyz)
	mux.Handle("/", openai.Handler(openai.Options{Respond: rules.New().Respond, Models: []string{"offline"},
		Clock: time.Now, NewID: rand.Text, Pace: conf.Pace}))
	if conf.Scripted {
		control := script.Control()
		mux.Handle("/v1/chat/completions", script)
		mux.Handle("/script", control)
		mux.Handle("/requests", control)
		mux.Handle("/gates/", control)
	}
	return mux
}
