package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sync/errgroup"

	"taskpilot/deploy/eval/cases"
	"taskpilot/deploy/eval/grade"
	"taskpilot/deploy/local/issuer"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

// settings are the command line.
type settings struct {
	json     string
	parallel int
	verbose  bool
}

// run grades, or with the argument "issuer" is the development issuer, which is a process of the stack.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "issuer" {
		return issuer.Run(ctx, args[1:], stderr)
	}
	var set settings
	flags := flag.NewFlagSet("eval", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&set.json, "json", "", "write the whole report to this `file` too")
	flags.IntVar(&set.parallel, "parallel", 2, "`how many` people talk at the same time; more take longer for each turn")
	flags.BoolVar(&set.verbose, "v", false, "show each bad turn")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || set.parallel < 1 {
		return errors.New("there are no arguments but flags, and --parallel is 1 or more")
	}
	all, err := everything()
	if err != nil {
		return err
	}
	system, err := start(ctx, environ, stderr)
	if err != nil {
		return err
	}
	defer system.stop()
	report := play(ctx, system, all, set.parallel, newProgress(stderr, len(all)))
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	return show(report, set, stdout)
}

func everything() ([]cases.Case, error) {
	utterances, err := cases.Utterances()
	if err != nil {
		return nil, err
	}
	dialogues, err := cases.Dialogues()
	return append(utterances, dialogues...), err
}

// play plays all cases, some at the same time; the marks come in the cases' order.
func play(ctx context.Context, system *system, all []cases.Case, parallel int, progress *progress) grade.Report {
	marks, broken := make([][]grade.Marks, len(all)), make([]error, len(all))
	var group errgroup.Group
	group.SetLimit(parallel)
	for i, c := range all {
		group.Go(func() error {
			person, err := system.person(ctx, fmt.Sprintf("eval-%d", i+1))
			if err == nil {
				marks[i], err = grade.Play(ctx, person, c)
			}
			broken[i] = err
			progress.done(marks[i], err)
			return nil
		})
	}
	_ = group.Wait() // what broke is reported with the grades
	progress.end()
	var flat []grade.Marks
	var lines []string
	for i := range all {
		flat = append(flat, marks[i]...)
		if broken[i] != nil {
			lines = append(lines, fmt.Sprintf("%q: %v", all[i].Turns[0].Say, broken[i]))
		}
	}
	return grade.Summarize(system.model, system.note, flat, lines)
}

func show(report grade.Report, set settings, stdout io.Writer) error {
	if set.verbose {
		for _, bad := range report.Bad {
			_, _ = fmt.Fprintf(stdout, "✗ %s: %q\n  called %q\n  said %q\n", bad.Kind, bad.Said, bad.Calls, bad.Answer)
		}
	}
	if err := report.Table(stdout); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	if set.json != "" {
		content, err := json.MarshalIndent(report, "", "  ")
		if err == nil {
			err = os.WriteFile(set.json, append(content, '\n'), 0o600)
		}
		if err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
	}
	if len(report.Broken) > 0 {
		return fmt.Errorf("%d cases could not be played to their end", len(report.Broken))
	}
	return nil
}
