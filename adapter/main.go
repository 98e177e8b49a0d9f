// Command adapter answers ChatKit pages: it turns each request of ChatKit's protocol into calls of the chat API, and what
// comes back into ChatKit's events.
//
//	adapter            serves on ADDR
//	adapter health     asks the process on ADDR whether it is healthy
//	adapter mapping-schema   prints the JSON schema of CHAT_API_MAPPING_FILE
//	adapter presentation-schema   prints that of PRESENTATION_FILE
//	adapter validate   checks a captured stream or answer of ChatKit's protocol, its own or anyone's
//
// validate ends with 0 when the capture is clean, with 1 when it has mistakes, with 2 when it could not be read.
// It keeps nothing, so any replica answers any request.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"taskpilot/adapter/mapping"
	"taskpilot/adapter/templates"
	"taskpilot/internal/serving"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	if err != nil {
		code, tell := ending(err)
		if tell {
			fmt.Fprintln(os.Stderr, "adapter:", err)
		}
		stop()
		os.Exit(code)
	}
}

// run is the whole process: its arguments, its environment and its streams come from outside.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "health":
		return serving.Health(ctx, addrOf(environ))
	case len(args) > 0 && args[0] == "validate":
		return validateCapture(args[1:], stdin, stdout, stderr)
	case len(args) == 1 && args[0] == "mapping-schema":
		_, err := stdout.Write(mapping.Schema)
		return err
	case len(args) == 1 && args[0] == "presentation-schema":
		_, err := stdout.Write(templates.Schema)
		return err
	case len(args) > 0:
		return fmt.Errorf("there is no command %q: give none to serve, or health, mapping-schema, presentation-schema or validate", args[0])
	}
	conf, err := readConfig(environ)
	if err != nil {
		return err
	}
	return serve(ctx, conf, serving.Logger(stderr, conf.LogLevel))
}
