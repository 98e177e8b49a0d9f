package serving

import "net/http"

// recorder watches what is answered. It implements Flush and FlushError for handlers that ask for http.Flusher; all else
// that a connection can do is reached through Unwrap (see http.ResponseController).
type recorder struct {
	http.ResponseWriter
	status int // 0: the headers have not gone out
	bytes  int64
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		w.status = status // 1xx answers come before the headers proper
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	w.implyOK()
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

func (w *recorder) FlushError() error {
	w.implyOK()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *recorder) Flush() { _ = w.FlushError() }

// implyOK is what net/http does at the first write or flush without WriteHeader.
func (w *recorder) implyOK() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
}
