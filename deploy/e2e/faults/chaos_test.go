package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"taskpilot/deploy/e2e/faults"
)

// fault is one thing that goes wrong, how long it lasts, and what it waits for before.
type fault struct {
	what  string // kill, end, cut, away, silent, resets, delayed or sessions
	whom  string // a replica, a hop, or a role of the database
	wait  time.Duration
	lasts time.Duration
}

func (f fault) String() string {
	return fmt.Sprintf("%4d ms later: %s %s for %d ms", f.wait.Milliseconds(), f.what, f.whom, f.lasts.Milliseconds())
}

// plan throws n faults. The same seed gives the same plan.
func plan(seed uint64, n int) []fault {
	dice := rand.New(rand.NewPCG(seed, 3))
	kinds := []string{
		"kill", "kill", "kill", "kill", "end", "end", "end", "cut", "cut", "away", "silent", "resets", "delayed", "sessions",
	}
	replicas := []string{ // chatcore is where the turns are
		"chatcore-1", "chatcore-2", "chatcore-1", "chatcore-2", "adapter-1", "adapter-2", "toolserver-1", "toolserver-2",
	}
	hops := []string{"pages", "chat", "chat", "tools", "tools", "chatcore-db", "tools-db", "model"}
	roles := []string{"taskpilot_chatcore", "taskpilot_toolserver"}
	pick := func(from []string) string { return from[dice.IntN(len(from))] }
	ms := func(most int) time.Duration { return time.Duration(dice.IntN(most)) * time.Millisecond }
	var all []fault
	for range n {
		f := fault{what: pick(kinds), wait: ms(2000), lasts: ms(1200)}
		switch f.what {
		case "kill", "end":
			f.whom = pick(replicas)
		case "sessions":
			f.whom = pick(roles)
		case "silent":
			f.whom, f.lasts = pick(hops), ms(3000)
		default:
			f.whom = pick(hops)
		}
		all = append(all, f)
	}
	return all
}

// chaos makes faults happen. Those of one replica or hop wait for each other; others overlap.
type chaos struct {
	world *world
	locks map[string]*sync.Mutex
	wait  sync.WaitGroup
}

func newChaos(w *world) *chaos {
	c := &chaos{world: w, locks: map[string]*sync.Mutex{}}
	for _, replica := range system.Replicas() {
		c.locks[replica.Name] = &sync.Mutex{}
	}
	for _, hop := range system.Hops() {
		c.locks[hop.Name] = &sync.Mutex{}
	}
	return c
}

// run lets a plan happen and returns when the last fault is over.
func (c *chaos) run(ctx context.Context, faults []fault) {
	for _, f := range faults {
		if !pause(ctx, f.wait) {
			break
		}
		GinkgoWriter.Println(clock(time.Now()), f)
		c.wait.Go(func() {
			defer GinkgoRecover()
			if lock := c.locks[f.whom]; lock != nil {
				lock.Lock()
				defer lock.Unlock()
			}
			if err := c.do(ctx, f); err != nil && ctx.Err() == nil {
				c.world.violation("the fault %q could not be done: %v", f, err)
			}
		})
	}
	c.wait.Wait()
}

func (c *chaos) do(ctx context.Context, f fault) error {
	if f.what == "sessions" {
		_, err := database.ExecContext(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1`, f.whom)
		return err
	}
	for _, replica := range system.Replicas() {
		if replica.Name == f.whom {
			return c.strike(ctx, replica, f)
		}
	}
	for _, hop := range system.Hops() {
		if hop.Name == f.whom {
			return c.harm(ctx, hop, f)
		}
	}
	return fmt.Errorf("there is no %s", f.whom)
}

// strike ends a replica and starts it again.
func (c *chaos) strike(ctx context.Context, replica *faults.Replica, f fault) error {
	if slices.Contains(system.Adapters, replica) {
		from := time.Now()
		defer func() { c.world.killed.add(from, time.Now()) }()
	}
	if f.what == "kill" {
		replica.Kill()
	} else {
		if err := replica.Ready(ctx); err != nil { // before, it would not hear
			return err
		}
		replica.End()
	}
	pause(ctx, f.lasts)
	return replica.Start()
}

// spans are times in which something was harmed.
type spans struct {
	mu    sync.Mutex
	times []span
}

type span struct{ from, to time.Time }

// near says that a harm touched a time, or the moment before it.
func (h *spans) near(from, to time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.times, func(s span) bool {
		return s.from.Before(to) && s.to.Add(time.Second).After(from)
	})
}

func (h *spans) add(from, to time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.times = append(h.times, span{from, to})
}

func (c *chaos) harm(ctx context.Context, hop *faults.Hop, f fault) error {
	if hop == system.Pages {
		from := time.Now()
		defer func() { c.world.harmed.add(from, time.Now()) }()
	}
	switch f.what {
	case "cut":
		return hop.Cut()
	case "away":
		hop.Down()
		pause(ctx, f.lasts)
		return hop.Up()
	}
	kind := map[string]faults.Harm{"silent": faults.Silent, "resets": faults.Resets, "delayed": faults.Delayed}[f.what]
	if err := hop.Do(kind); err != nil {
		return err
	}
	pause(ctx, f.lasts)
	hop.Heal(context.WithoutCancel(ctx))
	return nil
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

func describe(faults []fault) string {
	var lines []string
	for _, f := range faults {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}
