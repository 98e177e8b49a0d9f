package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/caarlos0/env/v11"
)

// config is read once, at the start: flags, else the environment, else defaults.
type config struct {
	Addr     string `env:"ADDR" envDefault:"127.0.0.1:8004"`
	LogLevel string `env:"LOG_LEVEL" envDefault:"info"`
	Pace     time.Duration
	Scripted bool
	Health   bool // ask a running one for its health, and nothing else
}

// defaultPace makes it visible that replies are streamed, and is hardly felt.
const defaultPace = 10 * time.Millisecond

// readConfig reads args (without the program's name) and the environment ("KEY=value").
func readConfig(args, environ []string, stderr io.Writer) (config, error) {
	c, err := env.ParseAsWithOptions[config](env.Options{Environment: env.ToMap(environ)})
	if err != nil {
		return config{}, fmt.Errorf("reading the environment: %w", err)
	}
	if len(args) > 0 && args[0] == "health" {
		c.Health, args = true, args[1:]
	}
	flags := flag.NewFlagSet("offlinemodel", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.Addr, "addr", c.Addr, "listen on this `host:port`; port 0 takes any free one")
	flags.StringVar(&c.LogLevel, "log-level", c.LogLevel, "debug, info, warn or error")
	flags.DurationVar(&c.Pace, "pace", defaultPace, "time between the chunks of a streamed reply")
	flags.BoolVar(&c.Scripted, "scripted", false, "do what POST /script says")
	if err := flags.Parse(args); err != nil {
		return config{}, fmt.Errorf("reading the flags: %w", err)
	}
	if flags.NArg() > 0 {
		return config{}, fmt.Errorf("reading the flags: %q is not understood", flags.Arg(0))
	}
	if c.Pace < 0 {
		return config{}, errors.New("reading the flags: --pace is negative")
	}
	return c, nil
}
