package serving

import (
	"context"
	"io"
	"log/slog"
)

// Logger writes JSON lines of at least the level (debug, info, warn, error, in any case; what is unknown counts as info).
// A record logged with a request's context carries the request's id.
func Logger(stderr io.Writer, level string) *slog.Logger {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		least = slog.LevelInfo
	}
	return slog.New(requestHandler{slog.NewJSONHandler(stderr, &slog.HandlerOptions{Level: least})})
}

// requestHandler adds the request's id to each record.
type requestHandler struct{ slog.Handler }

func (h requestHandler) Handle(ctx context.Context, record slog.Record) error {
	if id := RequestIDFrom(ctx); id != "" {
		record = record.Clone()
		record.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, record)
}

func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs)}
}

func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}
