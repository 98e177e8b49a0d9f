package pgtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/lib/pq"

	"taskpilot/deploy/postgres"
)

// T is what a test or a spec (GinkgoT()) is asked for.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// DB is one database with the schema, under its three addresses.
type DB struct {
	Admin      string // the migrating role, which bypasses row-level security
	Chatcore   string // chatcore's role
	Toolserver string // toolserver's role
	name       string
}

// patience is how long a database may take; making the server is in it.
const patience = 2 * time.Minute

// The two things a test process has once: go test gives no other place to keep them.
var (
	theCluster = sync.OnceValues(openCluster)
	theOne     = sync.OnceValues(func() (*DB, error) { return create() })
)

// Database gives this test process's own database: the same one at every call. Specs that share it keep apart by their
// users' names.
func Database(t T) *DB {
	t.Helper()
	db, err := theOne()
	if err != nil {
		t.Fatalf("no Postgres for the specs: %v", err)
	}
	return db
}

// Fresh gives a new, empty database, which is dropped when the test ends.
func Fresh(t T) *DB {
	t.Helper()
	db, err := create()
	if err != nil {
		t.Fatalf("no Postgres for the specs: %v", err)
	}
	t.Cleanup(func() {
		if err := drop(db); err != nil {
			t.Fatalf("dropping the test's database: %v", err)
		}
	})
	return db
}

func create() (*DB, error) {
	cluster, err := theCluster()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name := fmt.Sprintf("%s%d_%s", databasePrefix, time.Now().Unix(), strings.ToLower(rand.Text()[:10]))
	statement := fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy",
		pq.QuoteIdentifier(name), pq.QuoteIdentifier(cluster.template))
	if err := execute(ctx, cluster.admin, statement); err != nil {
		return nil, fmt.Errorf("copying the template: %w", err)
	}
	return cluster.database(name)
}

func drop(db *DB) error {
	cluster, err := theCluster()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return execute(ctx, cluster.admin, "DROP DATABASE IF EXISTS "+pq.QuoteIdentifier(db.name)+" WITH (FORCE)")
}

func execute(ctx context.Context, dsn, statement string) error {
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing is in flight
	_, err = db.ExecContext(ctx, statement)
	return err
}

// cluster is the server that the databases are made in.
type cluster struct {
	admin    string // the address of a database that nobody copies
	template string
	roles    map[string]string
	alive    *os.File // open for as long as this process lives, for the sweeper
}

func (c cluster) database(name string) (*DB, error) {
	admin, err := postgres.InDatabase(c.admin, name)
	if err != nil {
		return nil, err
	}
	db := &DB{Admin: admin, name: name}
	if db.Chatcore, err = postgres.DSNFor(admin, postgres.RoleChatcore, c.roles[postgres.RoleChatcore]); err != nil {
		return nil, err
	}
	db.Toolserver, err = postgres.DSNFor(admin, postgres.RoleToolserver, c.roles[postgres.RoleToolserver])
	return db, err
}
