package serving

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options of Run. Addr and Handler are required.
type Options struct {
	Addr        string // host:port; port 0 takes any free one
	PrivateAddr string // profiles and metrics; none when empty
	Handler     http.Handler
	Log         *slog.Logger
	Gatherer    prometheus.Gatherer // what /metrics on PrivateAddr shows; the default gatherer when nil

	// Grace is how long requests may go on after the context has ended. 10 s when zero.
	Grace time.Duration
	// Closing is called once, when the shutdown begins and before it waits: open streams must be told to say goodbye, or
	// they hold the shutdown up until Grace is over.
	Closing func()
	// Listening is called once with the address that Addr became.
	Listening func(addr net.Addr)
}

// The server's limits. There is no WriteTimeout, for it would cut long streams: a stream sets a deadline for each write.
const (
	defaultGrace   = 10 * time.Second
	readHeaderTime = 10 * time.Second
	readTime       = 2 * time.Minute
	idleTime       = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// Run listens, serves, and shuts down in order when ctx ends: the listener closes, streams are told, requests at work
// have Grace to finish, and what is left is cut. It returns nil after a shutdown, and an error when it could not listen
// or serve. The private server ends last, so that a slow shutdown can be looked at.
func Run(ctx context.Context, options Options) error {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Grace == 0 {
		options.Grace = defaultGrace
	}
	public, err := listen(ctx, options.Addr, options.Handler, options.Log)
	if err != nil {
		return err
	}
	servers := []*listening{public}
	if options.PrivateAddr != "" {
		private, err := listen(ctx, options.PrivateAddr, privateHandler(options.Gatherer), options.Log)
		if err != nil {
			_ = public.listener.Close()
			return err
		}
		servers = append(servers, private)
		options.Log.Info("listening in private", "addr", private.listener.Addr().String())
	}
	failed := make(chan error, len(servers))
	for _, s := range servers {
		go func() { failed <- s.server.Serve(s.listener) }()
	}
	options.Log.Info("listening", "addr", public.listener.Addr().String())
	if options.Listening != nil {
		options.Listening(public.listener.Addr())
	}
	select {
	case err = <-failed:
		err = fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	options.shutDown(servers)
	return err
}

// shutDown ends the servers one after the other, all within Grace.
func (o Options) shutDown(servers []*listening) {
	o.Log.Info("shutting down")
	if o.Closing != nil {
		o.Closing()
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.Grace)
	defer cancel()
	for _, s := range servers {
		if err := s.server.Shutdown(ctx); err != nil {
			o.Log.Warn("requests were cut by the shutdown", "addr", s.listener.Addr().String(), "error", err.Error())
			_ = s.server.Close()
		}
	}
}

type listening struct {
	server   *http.Server
	listener net.Listener
}

func listen(ctx context.Context, addr string, handler http.Handler, log *slog.Logger) (*listening, error) {
	if handler == nil {
		return nil, errors.New("listening: no handler was given")
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", addr, err)
	}
	return &listening{
		listener: listener,
		server: &http.Server{
			Handler:           handler,
			ReadHeaderTimeout: readHeaderTime,
			ReadTimeout:       readTime,
			IdleTimeout:       idleTime,
			MaxHeaderBytes:    maxHeaderBytes,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		},
	}, nil
}
