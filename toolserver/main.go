// Command toolserver is an MCP server with the task tools.
//
//	toolserver                       streamable HTTP on ADDR: POST /mcp
//	toolserver --stdio --user alice  MCP on stdin and stdout, for one user
//	toolserver health                asks the process on ADDR whether it is healthy
//
// It keeps nothing but rows in Postgres, so any replica answers any call.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
	"taskpilot/internal/serving"
	"taskpilot/toolserver/tasks"
	"taskpilot/toolserver/tools"
)

func main() {
	if os.Getenv("GOGC") == "" {
		// The SDK's JSON decoding takes 32 KiB for each call; collecting less often more than doubles what one replica can do.
		debug.SetGCPercent(400)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "toolserver:", err)
		stop()
		os.Exit(1)
	}
}

// run is the whole process: its arguments, its environment and its streams come from outside.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("toolserver", flag.ContinueOnError)
	flags.SetOutput(stderr)
	stdio := flags.Bool("stdio", false, "serve MCP on stdin and stdout, to the one user named by --user")
	user := flags.String("user", "", "with --stdio: whose tasks these are")
	if err := flags.Parse(args); err != nil {
		return err
	}
	conf, err := readConfig(environ)
	if err != nil {
		return err
	}
	switch {
	case flags.NArg() == 1 && flags.Arg(0) == "health" && !*stdio:
		return serving.Health(ctx, conf.Addr)
	case flags.NArg() > 0:
		return fmt.Errorf("there is no command %q: give none to serve, or health", flags.Arg(0))
	case !*stdio && *user != "":
		return errors.New("--user is for --stdio only: over HTTP a token says who calls")
	}
	log := serving.Logger(stderr, conf.LogLevel)
	if *stdio {
		return serveStdio(ctx, conf, *user, stdin, stdout, log)
	}
	return serveHTTP(ctx, conf, log)
}

// newServer wires the tools to the database. caller says whose a call is.
func newServer(db *ownerdb.DB, caller func(*mcp.CallToolRequest) (string, bool), log *slog.Logger) *mcp.Server {
	return tools.NewServer(tools.Options{
		Store:   tasks.NewStore(db, ids.New(time.Now), time.Now),
		Caller:  caller,
		Log:     log,
		Version: version(),
	})
}

// version is what the build says of itself.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
