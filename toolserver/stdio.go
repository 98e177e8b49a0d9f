package main

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"taskpilot/internal/ownerdb"
)

// serveStdio serves one user until stdin or ctx ends. There is no token: whoever starts the process says whose tasks
// these are, and has the database's address anyway.
func serveStdio(ctx context.Context, conf config, user string, stdin io.Reader, stdout io.Writer, log *slog.Logger) error {
	if err := conf.forStdio(user); err != nil {
		return err
	}
	db, err := ownerdb.Open(conf.DatabaseURL, ownerdb.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	server := newServer(db, func(*mcp.CallToolRequest) (string, bool) { return user, true }, log)
	log.Info("serving on stdio")
	err = server.Run(ctx, &mcp.IOTransport{Reader: io.NopCloser(stdin), Writer: unclosed{stdout}})
	if err == nil || errors.Is(err, io.EOF) || ctx.Err() != nil {
		return nil // the client went away, or we were told to
	}
	return err
}

// unclosed is a stream that is not ours to close.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }
