// Command adapter answers ChatKit pages: it turns each request of ChatKit's protocol into calls of the chat API, and what
// comes back into ChatKit's events.
//
//	adapter          serves on ADDR
//	adapter health   asks the process on ADDR whether it is healthy
//
// It keeps nothing, so any replica answers any request.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"taskpilot/internal/serving"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "adapter:", err)
		stop()
		os.Exit(1)
	}
}

// run is the whole process: its arguments, its environment and its streams come from outside.
func run(ctx context.Context, args, environ []string, _ io.Reader, _, stderr io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "health":
		return serving.Health(ctx, addrOf(environ))
	case len(args) > 0:
		return fmt.Errorf("there is no command %q: give none to serve, or health", args[0])
	}
	conf, err := readConfig(environ)
	if err != nil {
		return err
	}
	return serve(ctx, conf, serving.Logger(stderr, conf.LogLevel))
}
