package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"taskpilot/internal/tokens"
)

// Run starts the stack, says so, keeps it running until ctx ends, and ends it in order. It returns nil when it was ended
// by ctx, and an error when the stack could not be started.
func Run(ctx context.Context, options Options) error {
	options = options.withDefaults()
	began := time.Now()
	output := newOutput()
	defer output.close()
	data, err := openData(options.Data)
	if err != nil {
		return err
	}
	defer data.close()
	plan, err := newPlan(options, data)
	if err != nil {
		return err
	}
	defer plan.release()
	r := &runner{plan: plan, output: output, began: began, state: &stateFile{path: data.path(FileName), now: plan.state()}}
	defer r.stop()
	err = r.start(ctx)
	if ctx.Err() != nil {
		return nil // asked to end, whatever that broke
	}
	if err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// runner is the stack while it starts, runs and ends.
type runner struct {
	plan    *plan
	output  *output
	began   time.Time
	state   *stateFile
	keepers []*keeper // in the order of their starts
}

func (r *runner) start(ctx context.Context) error {
	if err := r.state.remove(); err != nil { // a killed launcher left it
		return err
	}
	for _, name := range []string{"adapter", "chatcore"} {
		if err := tokens.WriteNewKeys(r.plan.keys(name)); err != nil {
			return err
		}
	}
	db, err := r.prepare(ctx)
	if err != nil {
		return err
	}
	r.change(func(s *State) { s.Postgres.DSN = db.admin })
	if err := r.startProcesses(ctx, db.admin); err != nil {
		return err
	}
	if err := r.state.publish(); err != nil {
		return err
	}
	r.welcome()
	return nil
}

// prepare builds the processes while the database starts.
func (r *runner) prepare(ctx context.Context) (*database, error) {
	var db *database
	both, ctx := errgroup.WithContext(ctx)
	both.Go(r.step("database", "finding and starting Postgres", func() (done string, err error) {
		db, err = r.openDatabase(ctx)
		if err != nil {
			return "", fmt.Errorf("starting the database: %w", err)
		}
		return "Postgres is ready, with the schema: " + db.words, nil
	}))
	both.Go(r.step("build", "compiling the processes (the first time takes a minute or two)", func() (string, error) {
		return "the processes are compiled", r.plan.build(ctx)
	}))
	return db, both.Wait()
}

// startProcesses starts them, wave by wave, and waits until each is ready.
func (r *runner) startProcesses(ctx context.Context, adminDSN string) error {
	waves, err := r.plan.waves(adminDSN)
	if err != nil {
		return err
	}
	for _, wave := range waves {
		all, ctx := errgroup.WithContext(ctx)
		for _, c := range wave {
			k, log, err := r.launch(c)
			if err != nil {
				all.Go(func() error { return err })
				break
			}
			all.Go(r.step(c.name, "", func() (string, error) { return "ready on " + c.health, c.awaitReady(ctx, k, log) }))
		}
		if err := all.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) launch(c command) (*keeper, *prefixed, error) {
	log := &prefixed{name: c.name, to: r.plan.options.Stderr, output: r.output}
	k := &keeper{
		name: c.name, say: r.say,
		start:   func(context.Context) (process, int, error) { return c.start(log) },
		started: func(pid int) { r.change(func(s *State) { c.pid(s, pid) }) },
	}
	if err := k.keep(); err != nil {
		return nil, nil, err
	}
	r.keepers = append(r.keepers, k)
	return k, log, nil
}

// stop ends everything, in the opposite order of the starts.
func (r *runner) stop() {
	if len(r.keepers) > 0 {
		r.say("ending")
	}
	removed := r.state.remove()
	for _, k := range slices.Backward(r.keepers) {
		k.stop()
	}
	if removed != nil {
		r.say(removed.Error())
	}
	if len(r.keepers) > 0 {
		r.say("everything has ended; the data stays in " + r.plan.data.dir)
	}
}

func (r *runner) change(do func(*State)) {
	if err := r.state.change(do); err != nil {
		r.say(err.Error())
	}
}

// step runs one step, and says when it begins and what came of it, with its time.
func (r *runner) step(name, begins string, do func() (string, error)) func() error {
	return func() error {
		began := time.Now()
		if begins != "" {
			r.say(name + ": " + begins)
		}
		done, err := do()
		if err != nil {
			return err
		}
		r.say(fmt.Sprintf("%s: %s (%.1f s)", name, done, time.Since(began).Seconds()))
		return nil
	}
}

// say prints a line with the time since the launcher's start.
func (r *runner) say(text string) {
	r.output.write(r.plan.options.Stdout, fmt.Appendf(nil, "%6.1f s  %s\n", time.Since(r.began).Seconds(), text))
}

// welcome says where to click. Its last line is for scripts.
func (r *runner) welcome() {
	model := "the offline model (it works by rules; set OPENAI_API_KEY for a real one)"
	if !r.plan.offline {
		model = r.plan.state().Model.URL
	}
	text := fmt.Sprintf("\nOpen %s/ in a browser: sign in under any name, and say \"Add a task to buy groceries\".\n"+
		"The model is %s.\nWhere everything is: %s. Ctrl-C ends it all.\n\nready: %s\n",
		r.plan.adapter.url(), model, r.plan.data.path(FileName), r.plan.adapter.url())
	r.output.write(r.plan.options.Stdout, []byte(text))
}

// Self finds the launcher's own binary, also when "go run" has removed it meanwhile.
func Self() (string, error) {
	if _, err := os.Stat("/proc/self/exe"); err == nil {
		return "/proc/self/exe", nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", errors.Join(errors.New("finding the launcher's own binary"), err)
	}
	return path, nil
}
