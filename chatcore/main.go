// Command chatcore is the chat service: it keeps conversations in Postgres and answers them with an agent, a loop between
// a model (any OpenAI-compatible API) and tools (an MCP server).
//
//	chatcore         serves the chat API on ADDR
//	chatcore health  asks the process on ADDR whether it is healthy
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
	if err := run(ctx, os.Args[1:], os.Environ(), os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "chatcore:", err)
		stop()
		os.Exit(1)
	}
}

// run is the whole process: its arguments, its environment and its log come from outside.
func run(ctx context.Context, args, environ []string, stderr io.Writer) error {
	conf, err := readConfig(environ)
	switch {
	case len(args) == 1 && args[0] == "health":
		return serving.Health(ctx, conf.Addr) // whatever else is wrong, the address was read
	case len(args) > 0:
		return fmt.Errorf("there is no command %q: give none to serve, or health", args[0])
	case err != nil:
		return err
	}
	return serve(ctx, conf, serving.Logger(stderr, conf.LogLevel))
}
