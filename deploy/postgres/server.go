package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"taskpilot/deploy/leash"
)

// Options of Start.
type Options struct {
	DataDir string       // made when it is not there; everything of the server is in it
	Durable bool         // false: faster, and a crash of the machine may lose the data
	Log     func(string) // told, in sentences, what is not as expected; may be nil
	Stderr  io.Writer    // gets the server's own log; may be nil
}

// Server is a running private Postgres.
type Server struct {
	PID      int
	binaries Binaries
	root     string
	child    *leash.Child
	sockets  string
	password string
}

// startPatience is how long a server may take to answer: a crash recovery is in it.
const startPatience = time.Minute

// Start serves the cluster in options.DataDir and returns when it answers. The context is for starting only: the server
// runs until Stop, or until this process ends.
func Start(ctx context.Context, options Options) (*Server, error) {
	log := options.Log
	if log == nil {
		log = func(string) {}
	}
	l, err := lay(options.DataDir, log)
	if err != nil {
		return nil, err
	}
	major, err := clusterMajor(l.cluster)
	if err != nil {
		return nil, err
	}
	binaries, err := Find(ctx, major, log)
	if err != nil {
		return nil, err
	}
	if major == 0 {
		if err := makeCluster(ctx, binaries, l, options.Durable); err != nil {
			return nil, fmt.Errorf("making a Postgres cluster with %s: %w", binaries.Dir, err)
		}
	}
	if err := awaitPredecessor(ctx, l.cluster); err != nil {
		return nil, err
	}
	// The connections of a server that was killed take a moment to notice, and hold its shared memory until then.
	const attempts = 20
	for attempt := 1; ; attempt++ {
		server, err := serve(ctx, binaries, l, options)
		if err == nil || attempt == attempts || !strings.Contains(err.Error(), "pre-existing shared memory") {
			return server, err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func serve(ctx context.Context, binaries Binaries, l layout, options Options) (*Server, error) {
	password, err := l.password()
	if err != nil {
		return nil, err
	}
	tail := &tail{to: options.Stderr}
	cmd := l.command(context.Background(), binaries.path("postgres"), serverArgs(l, options.Durable)...) // until Stop
	cmd.Stdout, cmd.Stderr = tail, tail
	child, err := leash.Start(cmd, syscall.SIGINT)
	if err != nil {
		return nil, err
	}
	server := &Server{PID: child.PID, binaries: binaries, root: l.root, child: child, sockets: l.sockets, password: password}
	if err := server.await(ctx); err != nil {
		_ = server.Stop() // it is given up anyway
		return nil, fmt.Errorf("waiting for Postgres: %w; it said: %s", err, tail.String())
	}
	return server, nil
}

func serverArgs(l layout, durable bool) []string {
	settings := []string{
		"listen_addresses=", "unix_socket_directories=" + l.sockets, "unix_socket_permissions=0700", "port=5432",
		"max_connections=200", "timezone=UTC", "log_timezone=UTC", "password_encryption=scram-sha-256",
	}
	if !durable {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB")
	}
	args := []string{"-D", l.cluster}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

// await returns when the server answers a login.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	var last error
	for {
		if last = ping(ctx, s.AdminDSN("postgres")); last == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-s.child.Done():
			return fmt.Errorf("it ended (%w)", errors.Join(s.child.Err(), last))
		case <-ctx.Done():
			return errors.Join(ctx.Err(), last)
		}
	}
}

// AdminDSN is the address of a database for the migrating role, which bypasses row-level security.
func (s *Server) AdminDSN(database string) string {
	dsn := url.URL{
		Scheme: "postgres", User: url.UserPassword(Migrator, s.password), Path: "/" + database,
		RawQuery: url.Values{"host": {s.sockets}, "port": {"5432"}, "sslmode": {"disable"}}.Encode(),
	}
	return dsn.String()
}

// Words say which server this is and where its data is.
func (s *Server) Words() string {
	return fmt.Sprintf("version %d from %s, data in %s", s.binaries.Major, s.binaries.Dir, s.root)
}

// Done is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.child.Done() }

// Stop ends the server: connections are cut, what was committed is kept. It returns when the server has ended.
func (s *Server) Stop() error {
	s.child.Stop(syscall.SIGINT, 10*time.Second)
	if filepath.Dir(s.sockets) != s.root {
		_ = os.Remove(s.sockets) // empty, for the server has removed its socket; if not, the next start takes it as it is
	}
	return s.child.Err()
}
