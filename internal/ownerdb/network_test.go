package ownerdb_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/lib/pq"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ownerdb"
)

var _ = Describe("The database's network", func() {
	const silence = time.Second
	const patience = 30 * time.Second // far more than silence, far less than what lib/pq would wait
	var (
		addresses *pgtest.DB
		wire      *proxy
		db        *ownerdb.DB
		alice     string
	)

	BeforeEach(func() {
		addresses = pgtest.Database(GinkgoTB())
		wire = newProxy(addresses.Toolserver)
		db = open(wire.dsn, ownerdb.Options{MaxConns: 2, Silence: silence})
		alice = someone("alice")
	})

	It("may go silent before a transaction: an error comes within the silence time", func(ctx SpecContext) {
		Expect(addTask(ctx, db, alice, 1, "one")).To(Succeed())
		wire.silence(true)
		err := addTask(ctx, db, alice, 2, "two")
		Expect(err).To(And(MatchError(ContainSubstring("beginning")), Satisfy(ownerdb.IsAway)))
		Expect(db.Ping(ctx)).To(Satisfy(ownerdb.IsAway))

		By("and works again when the network does")
		wire.silence(false)
		Expect(addTask(ctx, db, alice, 3, "three")).To(Succeed())
		Expect(titles(ctx, db, alice)).To(Equal([]string{"one", "three"}))
	}, SpecTimeout(patience))

	It("may close a connection that is being made, in order: the database is away", func(ctx SpecContext) {
		closing, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(closing.Close)
		go func() {
			for {
				conn, err := closing.Accept()
				if err != nil {
					return
				}
				_, _ = conn.Read(make([]byte, 1024)) // what is unread would make it a reset
				_ = conn.Close()
			}
		}()
		there := open("postgres://u:p@"+closing.Addr().String()+"/d?sslmode=disable", ownerdb.Options{Silence: silence})
		Expect(there.Ping(ctx)).To(Satisfy(ownerdb.IsAway))
		Expect(addTask(ctx, there, alice, 1, "one")).To(Satisfy(ownerdb.IsAway))
	}, SpecTimeout(patience))

	It("may go silent within a transaction, and the transaction is not there afterwards", func(ctx SpecContext) {
		Expect(addTask(ctx, db, alice, 1, "one")).To(Succeed())
		err := db.As(ctx, alice, func(tx *ownerdb.Tx) error {
			wire.silence(true)
			_, err := tx.Exec(ctx, insertTask, alice, 2, "two")
			return err
		})
		Expect(err).To(Satisfy(ownerdb.IsAway))
		wire.silence(false)
		Expect(titles(ctx, db, alice)).To(Equal([]string{"one"}))
	}, SpecTimeout(patience))

	It("may be silent from the start", func(ctx SpecContext) {
		wire.silence(true)
		Expect(addTask(ctx, db, alice, 1, "one")).To(Satisfy(ownerdb.IsAway))
	}, SpecTimeout(patience))

	It("may not be there at all", func(ctx SpecContext) {
		wire.close()
		Expect(addTask(ctx, db, alice, 1, "one")).To(Satisfy(ownerdb.IsAway))
	}, SpecTimeout(patience))

	It("may be fine when the server closes all connections: the next transaction takes a new one", func(ctx SpecContext) {
		fresh := pgtest.Fresh(GinkgoTB())
		db = open(fresh.Toolserver, ownerdb.Options{MaxConns: 2})
		Expect(addTask(ctx, db, alice, 1, "one")).To(Succeed())
		admin := raw(fresh.Admin)
		for range 3 {
			_, err := admin.ExecContext(ctx, `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
				WHERE datname = current_database() AND usename = 'taskpilot_toolserver'`)
			Expect(err).NotTo(HaveOccurred())
			Expect(titles(ctx, db, alice)).To(Equal([]string{"one"}))
		}
	}, SpecTimeout(patience))

	It("may be fine and a statement slow: the server gives it up before the connection is given up", func(ctx SpecContext) {
		db = open(wire.dsn, ownerdb.Options{Silence: 4 * time.Second})
		err := db.As(ctx, alice, func(tx *ownerdb.Tx) error {
			_, err := tx.Exec(ctx, `SELECT pg_sleep(60)`)
			return err
		})
		var answered *pq.Error
		Expect(err).To(BeAssignableToTypeOf(answered))
		Expect(err).To(And(MatchError(ContainSubstring("statement timeout")), Satisfy(ownerdb.IsAway)))
	}, SpecTimeout(patience))

	It("does not hold a caller who leaves", func(ctx SpecContext) {
		db = open(addresses.Toolserver, ownerdb.Options{})
		leaving, leave := context.WithCancel(ctx)
		begun := make(chan struct{})
		ended := make(chan error, 1)
		go func() {
			ended <- db.As(leaving, alice, func(tx *ownerdb.Tx) error {
				close(begun)
				_, err := tx.Exec(leaving, `SELECT pg_sleep(60)`)
				return err
			})
		}()
		Eventually(ctx, begun).Should(BeClosed())
		leave()
		Eventually(ctx, ended).Should(Receive(HaveOccurred()))
	}, SpecTimeout(patience))
})

// proxy stands between a pool and its server, and can go silent: it takes what comes and hands nothing on.
type proxy struct {
	dsn      string
	listener net.Listener
	target   [2]string

	mu     sync.Mutex
	silent bool
	conns  []net.Conn
}

func newProxy(dsn string) *proxy {
	config, err := pq.NewConfig(dsn)
	Expect(err).NotTo(HaveOccurred())
	p := &proxy{target: [2]string{"tcp", net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port)))}}
	if config.Host != "" && config.Host[0] == '/' {
		p.target = [2]string{"unix", config.Host + "/.s.PGSQL." + strconv.Itoa(int(config.Port))}
	}
	p.listener, err = net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	through := url.URL{
		Scheme: "postgres", User: url.UserPassword(config.User, config.Password), Path: "/" + config.Database,
		Host: p.listener.Addr().String(), RawQuery: "sslmode=disable",
	}
	p.dsn = through.String()
	DeferCleanup(p.close)
	go p.accept()
	return p
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(p.target[0], p.target[1])
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		p.mu.Unlock()
		go p.pass(client, server)
		go p.pass(server, client)
	}
}

// pass hands bytes on; those that come while the network is silent are lost, and their connection with them.
func (p *proxy) pass(from, to net.Conn) {
	defer func() { _ = to.Close() }()
	buffer := make([]byte, 32<<10)
	lost := false
	for {
		n, err := from.Read(buffer)
		p.mu.Lock()
		lost = lost || p.silent
		p.mu.Unlock()
		if err != nil {
			return
		}
		if lost {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			_, _ = io.Copy(io.Discard, from)
			return
		}
	}
}

func (p *proxy) silence(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = on
}

func (p *proxy) close() {
	_ = p.listener.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range p.conns {
		_ = conn.Close()
	}
}
