package serving

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// PatientBody reads a request's body for as long as something of it comes: no more than silence may pass without. (A
// server's ReadTimeout would cut a long upload over a slow line.) The caller bounds its size and the whole time.
func PatientBody(w http.ResponseWriter, r *http.Request, silence time.Duration) io.Reader {
	return patientBody{body: r.Body, control: http.NewResponseController(w), silence: silence}
}

type patientBody struct {
	body    io.Reader
	control *http.ResponseController
	silence time.Duration
}

// Read implements io.Reader.
func (b patientBody) Read(p []byte) (int, error) {
	// An error means that this connection knows no deadlines.
	_ = b.control.SetReadDeadline(time.Now().Add(b.silence))
	return b.body.Read(p)
}

// PatientCopy sends content on for as long as the reader takes it: no write may take longer than silence.
func PatientCopy(w http.ResponseWriter, content io.Reader, silence time.Duration) error {
	_, err := io.Copy(patientWriter{writer: w, control: http.NewResponseController(w), silence: silence}, content)
	if err != nil {
		return fmt.Errorf("sending a file: %w", err)
	}
	return nil
}

type patientWriter struct {
	writer  io.Writer
	control *http.ResponseController
	silence time.Duration
}

// Write implements io.Writer.
func (w patientWriter) Write(p []byte) (int, error) {
	_ = w.control.SetWriteDeadline(time.Now().Add(w.silence)) // as above
	return w.writer.Write(p)
}

// Drain reads what is left of a body, at most limit bytes: whoever is still sending would take an answer and a closed
// connection for a network that broke, and never read why.
func Drain(body io.Reader, limit int64) {
	_, _ = io.CopyN(io.Discard, body, limit) // an error is its end
}
