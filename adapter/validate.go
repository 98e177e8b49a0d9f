package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"taskpilot/adapter/validate"
)

// verdict is how the validate command ends when a capture is not clean.
type verdict struct {
	code  int   // of the process: 1 with mistakes, 2 when there was nothing to check
	cause error // nil: the person was told
}

func (v verdict) Error() string {
	if v.cause == nil {
		return "the capture is not clean"
	}
	return "validate: " + v.cause.Error()
}

func (v verdict) Unwrap() error { return v.cause }

// maxCapture is the largest capture that is checked, in bytes: far more than any conversation.
const maxCapture = 64 << 20

// validateCapture checks a capture of ChatKit's protocol, from a file or from stdin, and tells its mistakes on stdout, one a
// line.
func validateCapture(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	var options validate.StreamOptions
	flags := flag.NewFlagSet("adapter validate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&options.Request, "request", "", "the `type` of the request that was answered, such as threads.list; guessed when missing")
	flags.BoolVar(&options.Follow, "follow", false, "the capture is of …/threads/{thread_id}/events")
	flags.BoolVar(&options.Cut, "cut", false, "the reader left before the stream's end")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "adapter validate [flags] [file]: checks a captured ChatKit stream or JSON answer; without a file, what comes on stdin")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return verdict{code: 2} // flags said what is wrong
	}
	raw, err := readCapture(flags.Args(), stdin)
	if err != nil {
		return verdict{2, err}
	}
	report, err := validate.New().Capture(raw, options)
	if err != nil {
		return verdict{2, err}
	}
	for _, mistake := range report.Mistakes {
		fmt.Fprintln(stdout, mistake)
	}
	if len(report.Mistakes) > 0 {
		return verdict{code: 1}
	}
	fmt.Fprintln(stdout, "clean:", report.What)
	return nil
}

func readCapture(files []string, stdin io.Reader) ([]byte, error) {
	source := stdin
	switch len(files) {
	case 0:
	case 1:
		file, err := os.Open(files[0])
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		source = file
	default:
		return nil, errors.New("give one file, or none to read from stdin")
	}
	raw, err := io.ReadAll(io.LimitReader(source, maxCapture+1))
	if err == nil && len(raw) > maxCapture {
		err = fmt.Errorf("a capture may have at most %d MiB", maxCapture>>20)
	}
	return raw, err
}

// ending says with which code the process ends after an error, and whether a person still has to be told of it.
func ending(err error) (code int, tell bool) {
	var v verdict
	if errors.As(err, &v) {
		return v.code, v.cause != nil
	}
	return 1, true
}
