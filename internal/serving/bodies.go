package serving

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// How long a file may be on its way through a process, and how long it may stand still. (The server's ReadTimeout would cut
// a long upload over a slow line.)
const (
	fileTime    = 10 * time.Minute
	fileSilence = 30 * time.Second
)

// PatientBody reads a request's body for as long as something of it comes: ten minutes at most, and no more than half a
// minute without a byte. Whoever reads it bounds its size.
func PatientBody(w http.ResponseWriter, r *http.Request) io.Reader {
	return patientBody{body: r.Body, control: http.NewResponseController(w), until: time.Now().Add(fileTime)}
}

type patientBody struct {
	body    io.Reader
	control *http.ResponseController
	until   time.Time
}

// Read implements io.Reader.
func (b patientBody) Read(p []byte) (int, error) {
	// An error means that this connection knows no deadlines.
	_ = b.control.SetReadDeadline(soonest(b.until))
	return b.body.Read(p)
}

// PatientCopy sends content on for as long as the reader takes it, within the same bounds.
func PatientCopy(w http.ResponseWriter, content io.Reader) error {
	_, err := io.Copy(patientWriter{writer: w, control: http.NewResponseController(w), until: time.Now().Add(fileTime)}, content)
	if err != nil {
		return fmt.Errorf("sending a file: %w", err)
	}
	return nil
}

type patientWriter struct {
	writer  io.Writer
	control *http.ResponseController
	until   time.Time
}

// Write implements io.Writer.
func (w patientWriter) Write(p []byte) (int, error) {
	_ = w.control.SetWriteDeadline(soonest(w.until)) // as above
	return w.writer.Write(p)
}

// soonest is when the next piece must have come.
func soonest(until time.Time) time.Time {
	if next := time.Now().Add(fileSilence); next.Before(until) {
		return next
	}
	return until
}

// Drain reads what is left of a body, at most limit bytes: whoever is still sending would take an answer and a closed
// connection for a network that broke, and never read why.
func Drain(body io.Reader, limit int64) {
	_, _ = io.CopyN(io.Discard, body, limit) // an error is its end
}
