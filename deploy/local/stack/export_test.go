package stack

import (
	"context"
	"io"
)

// Reserve decides on an address: where a process listens, and how to let it go.
func Reserve(flag, value string) (listen, url string, release func(), err error) {
	a, err := reserve(flag, value)
	if err != nil {
		return "", "", nil, err
	}
	return a.listen(), a.url(), func() { _ = a.hold.Close() }, nil
}

// Environment is what a process is given.
func Environment(inherited []string, own map[string]string, drop ...string) []string {
	return environment(inherited, own, drop...)
}

// Output writes lines without waiting for their reader.
type Output struct{ o *output }

func NewOutput() Output                          { return Output{newOutput()} }
func (o Output) Write(to io.Writer, text string) { o.o.write(to, []byte(text)) }
func (o Output) Close()                          { o.o.close() }
func (o Output) Log(name string, to io.Writer) io.Writer {
	return &prefixed{name: name, to: to, output: o.o}
}

// Keep keeps a shell script running.
func Keep(script string, started func(pid int), say func(string)) (stop func(), err error) {
	k := &keeper{
		name: "script", started: started, say: say,
		start: func(context.Context) (process, int, error) {
			return command{name: "script", path: "/bin/sh", args: []string{"-c", script}}.start(io.Discard)
		},
	}
	return k.stop, k.keep()
}

// OpenData takes a data directory for this launcher alone.
func OpenData(dir string) (release func(), err error) {
	d, err := openData(dir)
	if err != nil {
		return nil, err
	}
	return d.close, nil
}

// StateFile is a stack.json.
type StateFile struct{ f *stateFile }

func NewStateFile(path string) StateFile         { return StateFile{&stateFile{path: path}} }
func (s StateFile) Change(do func(*State)) error { return s.f.change(do) }
func (s StateFile) Publish() error               { return s.f.publish() }
func (s StateFile) Remove() error                { return s.f.remove() }
