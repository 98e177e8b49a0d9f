package stack

import (
	"io"
	"slices"
	"strings"
)

// Options of Run. The zero value of each takes the default beside it; the addresses are host:port, and port 0 is any
// free one.
type Options struct {
	Data       string // .local
	Adapter    string // 127.0.0.1:8000
	Chatcore   string // 127.0.0.1:8001
	Toolserver string // 127.0.0.1:8002
	Issuer     string // 127.0.0.1:8003
	Model      string // 127.0.0.1:8004
	LogLevel   string // warn

	Environ []string  // what the processes inherit, as os.Environ gives it; settings are read from it too
	Self    string    // the launcher's own binary, which is the issuer too with the argument "issuer"
	Stdout  io.Writer // the steps
	Stderr  io.Writer // the processes' logs
}

func (o Options) withDefaults() Options {
	for field, value := range map[*string]string{
		&o.Data: ".local", &o.LogLevel: "warn", &o.Adapter: "127.0.0.1:8000", &o.Chatcore: "127.0.0.1:8001",
		&o.Toolserver: "127.0.0.1:8002", &o.Issuer: "127.0.0.1:8003", &o.Model: "127.0.0.1:8004",
	} {
		if *field == "" {
			*field = value
		}
	}
	return o
}

// setting is a variable of the environment, or "".
func (o Options) setting(name string) string {
	value := ""
	for _, pair := range o.Environ {
		if rest, ok := strings.CutPrefix(pair, name+"="); ok {
			value = rest // the last one counts, as for a process
		}
	}
	return value
}

// environment is what a process inherits, with its own settings laid over it. The names in drop are not inherited: they
// are another process's settings.
func environment(inherited []string, own map[string]string, drop ...string) []string {
	var all []string
	for _, pair := range inherited {
		name, _, _ := strings.Cut(pair, "=")
		if _, ours := own[name]; !ours && !slices.Contains(drop, name) {
			all = append(all, pair)
		}
	}
	for name, value := range own {
		all = append(all, name+"="+value)
	}
	return all
}
