package issuer

import (
	"context"
	"flag"
	"io"
	"strings"
	"time"

	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// Run is the issuer as a process: it makes its key file when there is none, and serves until ctx ends.
func Run(ctx context.Context, args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("issuer", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:8003", "`host:port` to listen on")
	keyFile := flags.String("keys", "", "`file` of the private key; made when it is not there")
	name := flags.String("issuer", "http://127.0.0.1:8003", "what tokens call their issuer")
	audience := flags.String("audience", "taskpilot", "whom tokens are for by default")
	origins := flags.String("origins", "", "origins of pages that may call, with commas")
	level := flags.String("log-level", "info", "debug, info, warn or error")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := tokens.WriteNewKeys(*keyFile); err != nil {
		return err
	}
	keys, err := tokens.LoadKeys(*keyFile)
	if err != nil {
		return err
	}
	log := serving.Logger(stderr, *level)
	handler := New(Options{
		Keys: keys, Issuer: *name, Audience: *audience, Origins: strings.Split(*origins, ","), Clock: time.Now, Log: log,
	})
	return serving.Run(ctx, serving.Options{Addr: *addr, Handler: handler, Log: log})
}
