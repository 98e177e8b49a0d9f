package api_test

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

// read decodes a stream whole: its events, and the error it ended with.
func read(r io.Reader) (events []api.Event, last error) {
	for event, err := range api.Decode(r) {
		if err != nil {
			return events, err
		}
		events = append(events, event)
	}
	return events, nil
}

func encoded(events ...api.Event) string {
	GinkgoHelper()
	var wire bytes.Buffer
	for _, event := range events {
		Expect(api.Encode(&wire, event)).To(Succeed())
	}
	return wire.String()
}

const (
	aDelta = "event: message.delta\nid: 1.1.0.2\ndata: {\"step_id\":1,\"text\":\"Hi\"}\n\n"
	anEnd  = "event: run.failed\nid: 1.8.0.0\ndata: {\"code\":\"internal\",\"message\":\"No.\",\"retryable\":true}\n\n"
)

var (
	theDelta = api.Event{ID: "1.1.0.2", Body: api.MessageDelta{StepID: 1, Text: "Hi"}}
	theEnd   = api.Event{ID: "1.8.0.0", Body: api.RunFailed{Code: "internal", Message: "No.", Retryable: true}}
)

var _ = Describe("A turn's stream", func() {
	// What other services read. UPDATE_SNAPSHOTS=1 go test ./chatcore/api writes it anew.
	It("is on the wire as it was reviewed", func() {
		path := filepath.Join("testdata", "events.sse")
		wire := encoded(everyEvent()...)
		if os.Getenv("UPDATE_SNAPSHOTS") != "" {
			Expect(os.MkdirAll(filepath.Dir(path), 0o755)).To(Succeed())
			Expect(os.WriteFile(path, []byte(wire), 0o644)).To(Succeed())
		}
		reviewed, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(wire).To(Equal(string(reviewed)))
	})

	It("gives back every event that was put in, however it is cut on its way", func() {
		for _, event := range everyEvent() {
			wire := encoded(event)
			for _, way := range []io.Reader{strings.NewReader(wire), iotest.OneByteReader(strings.NewReader(wire))} {
				events, err := read(way)
				Expect(events).To(Equal([]api.Event{event}))
				if api.Ends(event.Body) {
					Expect(err).NotTo(HaveOccurred())
				} else {
					Expect(err).To(MatchError(api.ErrCut))
				}
			}
		}
	})

	It("writes a frame in three lines at most, whatever is in it", func() {
		for _, event := range everyEvent() {
			Expect(strings.Count(encoded(event), "\n")).To(BeNumerically("<=", 4))
		}
	})

	It("ends with the first of its ends, and reads nothing behind it", func() {
		events, err := read(io.MultiReader(strings.NewReader(aDelta+anEnd), iotest.ErrReader(errors.New("read too far"))))
		Expect(err).NotTo(HaveOccurred())
		Expect(events).To(Equal([]api.Event{theDelta, theEnd}))
		events, err = read(strings.NewReader(anEnd + aDelta))
		Expect(err).NotTo(HaveOccurred())
		Expect(events).To(Equal([]api.Event{theEnd}))
	})

	It("stops pulling when its reader does", func() {
		next, stop := iter.Pull2(api.Decode(io.MultiReader(strings.NewReader(aDelta), iotest.ErrReader(errors.New("read too far")))))
		event, err, _ := next()
		stop()
		Expect(err).NotTo(HaveOccurred())
		Expect(event).To(Equal(theDelta))
	})

	DescribeTable("is read as server-sent events are",
		func(wire string) {
			events, err := read(strings.NewReader(wire + anEnd))
			Expect(err).NotTo(HaveOccurred())
			Expect(events).To(Equal([]api.Event{theDelta, theEnd}))
		},
		Entry("plainly", aDelta),
		Entry("with CRLF", strings.ReplaceAll(aDelta, "\n", "\r\n")),
		Entry("with comments between frames", ": hb\n\n"+aDelta+": hb\n\n:\n\n"),
		Entry("with a comment inside a frame", ": hb\n"+aDelta),
		Entry("without the space behind the colon", strings.ReplaceAll(aDelta, ": ", ":")),
		Entry("with data in several lines", "event: message.delta\nid: 1.1.0.2\ndata: {\"step_id\":1,\ndata: \"text\":\"Hi\"}\n\n"),
		Entry("with fields that nobody knows", "retry: 3000\nfoo\n"+aDelta),
		Entry("with members that nobody knows", strings.Replace(aDelta, "{", `{"new":[1],`, 1)),
		Entry("with types of a newer version", "event: run.paused\nid: 1.0.0.0\ndata: not even JSON\n\n"+aDelta),
		Entry("with frames without a type", "data: {}\n\n"+aDelta+"id: 9\n\n"),
		Entry("with empty lines between frames", "\n\n"+aDelta+"\n\n"),
	)

	DescribeTable("is cut",
		func(wire string, whole int) {
			events, err := read(strings.NewReader(wire))
			Expect(err).To(MatchError(api.ErrCut))
			Expect(events).To(HaveLen(whole))
		},
		Entry("when there is nothing", "", 0),
		Entry("when it stops before an end", aDelta, 1),
		Entry("when the last frame is not closed", aDelta+strings.TrimSuffix(anEnd, "\n"), 1),
		Entry("when it stops within a line", aDelta+anEnd[:len(anEnd)/2], 1),
		Entry("when an event is too large", aDelta+"event: message.delta\ndata: \""+strings.Repeat("x", api.MaxEvent)+"\"\n\n"+anEnd, 1),
		Entry("when an event is too large in many lines",
			aDelta+"event: message.delta\n"+strings.Repeat("data: "+strings.Repeat(" ", api.MaxEvent/4)+"\n", 5)+"\n"+anEnd, 1),
	)

	It("is cut when its connection breaks, and says how", func() {
		broken := errors.New("connection reset")
		events, err := read(io.MultiReader(strings.NewReader(aDelta), iotest.ErrReader(broken)))
		Expect(err).To(And(MatchError(api.ErrCut), MatchError(broken)))
		Expect(events).To(HaveLen(1))
	})

	It("ends with an error at an event that can't be read", func() {
		events, err := read(strings.NewReader(aDelta + "event: message.delta\ndata: {\"step_id\":\"x\"}\n\n" + anEnd))
		Expect(err).To(MatchError(ContainSubstring("message.delta")))
		Expect(err).NotTo(MatchError(api.ErrCut))
		Expect(events).To(HaveLen(1))
	})

	It("says when an event can't be written", func() {
		unwritable := api.Event{Body: api.Effect{Name: "x", Data: map[string]any{"f": func() {}}}}
		Expect(api.Encode(io.Discard, unwritable)).To(MatchError(ContainSubstring("effect")))
	})
})

// FuzzDecode holds: reading ends, an error is the last thing said, and what was read can be written and read again.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(aDelta + ": hb\r\n\r\n" + anEnd))
	f.Add([]byte("event: message.delta\ndata\n\n"))
	var every bytes.Buffer
	for _, event := range everyEvent()[:13] {
		if err := api.Encode(&every, event); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(every.Bytes())
	f.Fuzz(func(t *testing.T, wire []byte) {
		events, err := read(bytes.NewReader(wire))
		if ended := len(events) > 0 && api.Ends(events[len(events)-1].Body); ended != (err == nil) {
			t.Fatalf("the stream ended: %v, error: %v", ended, err)
		}
		for _, event := range events {
			var once, twice bytes.Buffer
			if err := api.Encode(&once, event); err != nil {
				t.Fatal(err)
			}
			again, _ := read(bytes.NewReader(once.Bytes()))
			if len(again) != 1 {
				t.Fatalf("%q was read as %v", once.String(), again)
			}
			if err := api.Encode(&twice, again[0]); err != nil || !bytes.Equal(once.Bytes(), twice.Bytes()) {
				t.Fatalf("%q became %q", once.String(), twice.String())
			}
		}
	})
}
