// Command local runs the whole system on this machine: go run ./deploy/local
//
// It needs Go alone: Postgres is found, or downloaded. Ctrl-C ends everything; so does this process's death.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"taskpilot/deploy/local/issuer"
	"taskpilot/deploy/local/stack"
)

func main() {
	// Whoever reads the steps may stop reading and close the pipe; the stack goes on.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the launcher at once, and with it all the rest
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "local:", err)
		os.Exit(1)
	}
}

// run is the launcher, or with the argument "issuer" the development issuer, which is a process of the stack.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "issuer" {
		return issuer.Run(ctx, args[1:], stderr)
	}
	options, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if options.Self, err = stack.Self(); err != nil {
		return err
	}
	options.Environ, options.Stdout, options.Stderr = environ, stdout, stderr
	return stack.Run(untilGoRunEnds(ctx), options)
}

func parse(args []string, stderr io.Writer) (stack.Options, error) {
	var options stack.Options
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&options.Data, "data", ".local", "`directory` of everything that stays")
	flags.StringVar(&options.Adapter, "adapter", "127.0.0.1:8000", "`host:port` of the adapter; port 0 is any free one")
	flags.StringVar(&options.Chatcore, "chatcore", "127.0.0.1:8001", "`host:port` of chatcore")
	flags.StringVar(&options.Toolserver, "toolserver", "127.0.0.1:8002", "`host:port` of toolserver")
	flags.StringVar(&options.Issuer, "issuer", "127.0.0.1:8003", "`host:port` of the development token issuer")
	flags.StringVar(&options.Model, "model", "127.0.0.1:8004", "`host:port` of the offline model")
	flags.StringVar(&options.LogLevel, "log-level", "warn", "`level` of the processes' logs: debug, info, warn or error")
	if err := flags.Parse(args); err != nil {
		return stack.Options{}, err
	}
	if flags.NArg() > 0 {
		return stack.Options{}, fmt.Errorf("there is no argument %q: settings are flags", flags.Arg(0))
	}
	switch options.LogLevel {
	case "debug", "info", "warn", "error":
		return options, nil
	default:
		return stack.Options{}, fmt.Errorf("--log-level is debug, info, warn or error, not %q", options.LogLevel)
	}
}
