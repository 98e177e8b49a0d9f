// Command setup makes a deployment ready, once: it applies the schema, lets the processes' roles log in with the passwords
// it is given in files, and makes the key files that are missing. Doing it again changes nothing.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Environ(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "setup:", err)
		stop()
		os.Exit(1)
	}
}

// run is the whole process: its arguments, its environment and its output come from outside.
func run(ctx context.Context, args, environ []string, stdout io.Writer) error {
	if len(args) > 0 {
		return fmt.Errorf("there is no argument %q: settings are in the environment", args[0])
	}
	conf, err := readConfig(environ)
	if err != nil {
		return err
	}
	return setUp(ctx, conf, stdout)
}
