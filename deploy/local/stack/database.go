package stack

import (
	"context"
	"io"

	"taskpilot/deploy/postgres"
)

// databaseName is the database in a private server.
const databaseName = "taskpilot"

// database is the Postgres of the stack: a private one that is kept running, or the one that DATABASE_URL names.
type database struct {
	admin  string
	words  string  // what it is, for the step's line
	keeper *keeper // nil for one that is not ours
}

// openDatabase starts Postgres where there is none given, and sets it up.
func (r *runner) openDatabase(ctx context.Context) (*database, error) {
	db := &database{admin: r.plan.options.setting("DATABASE_URL"), words: "the one that DATABASE_URL names"}
	if db.admin == "" {
		if err := r.startPrivate(ctx, db); err != nil {
			return nil, err
		}
	}
	if err := postgres.Setup(ctx, db.admin, postgres.DerivedPasswords(db.admin)); err != nil {
		return db, err
	}
	return db, nil
}

func (r *runner) startPrivate(ctx context.Context, db *database) error {
	log := &prefixed{name: "postgres", to: r.serverLog(), output: r.output}
	options := postgres.Options{DataDir: r.plan.data.path("postgres"), Durable: true, Log: r.say, Stderr: log}
	db.keeper = &keeper{
		name: "postgres", say: r.say,
		start: func(keeping context.Context) (process, int, error) {
			if db.admin == "" { // for the first time, in the middle of everything else that starts
				var cancel context.CancelFunc
				keeping, cancel = context.WithCancel(keeping)
				defer cancel()
				defer context.AfterFunc(ctx, cancel)()
			}
			server, err := postgres.Start(keeping, options)
			if err != nil {
				return nil, 0, err
			}
			if db.admin == "" {
				db.admin, db.words = server.AdminDSN(databaseName), server.Words()
			}
			return privateServer{server}, server.PID, nil
		},
		started: func(pid int) { r.change(func(s *State) { s.Postgres.PID = pid }) },
	}
	if err := db.keeper.keep(); err != nil {
		return err
	}
	r.keepers = append(r.keepers, db.keeper)
	anyDatabase, err := postgres.InDatabase(db.admin, "postgres")
	if err != nil {
		return err
	}
	return postgres.EnsureDatabase(ctx, anyDatabase, databaseName)
}

type privateServer struct{ *postgres.Server }

func (s privateServer) End() { _ = s.Stop() } // how it ended matters to nobody any more

// serverLog is where Postgres's own log goes: it speaks of every start and checkpoint, and knows no level.
func (r *runner) serverLog() io.Writer {
	switch r.plan.options.LogLevel {
	case "debug", "info":
		return r.plan.options.Stderr
	default:
		return nil
	}
}
