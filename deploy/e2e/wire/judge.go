package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"taskpilot/adapter/validate"
)

// Judge checks everything that pages got against the protocol. The zero value is ready.
type Judge struct {
	mu       sync.Mutex
	mistakes []string
}

// heard judges all that comes through this package, so that no spec can forget it.
var heard Judge

// Mistakes gives what was wrong with the answers since it was asked last. Every suite asks after each spec.
func Mistakes() []string { return heard.take() }

func (j *Judge) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	mistakes := j.mistakes
	j.mistakes = nil
	return mistakes
}

// Listen has an answer judged as it is read: request is the type of the request, or empty for a turn that is followed. An
// answer that is left or cut is judged as far as it came; one that is no 200 is none of the protocol's.
func Listen(response *http.Response, request string) {
	if response.StatusCode == http.StatusOK {
		response.Body = &listening{body: response.Body, request: request, judge: &heard}
	}
}

// listening is a body that is judged when it has ended.
type listening struct {
	body    io.ReadCloser
	request string
	judge   *Judge
	came    bytes.Buffer
	over    sync.Once
}

func (l *listening) Read(p []byte) (int, error) {
	n, err := l.body.Read(p)
	l.came.Write(p[:n])
	if err != nil {
		l.end(errors.Is(err, io.EOF))
	}
	return n, err
}

func (l *listening) Close() error {
	l.end(false)
	return l.body.Close()
}

func (l *listening) end(whole bool) {
	l.over.Do(func() { l.judge.hear(l.came.Bytes(), l.request, whole) })
}

func (j *Judge) hear(capture []byte, request string, whole bool) {
	isJSON := bytes.HasPrefix(capture, []byte("{"))
	if !whole && (isJSON || len(capture) == 0) {
		return // half a JSON object says nothing
	}
	options := validate.StreamOptions{Request: request, Follow: request == "", Cut: !whole}
	var mistakes []validate.Mistake
	if isJSON {
		mistakes = validator().Answer(capture, request)
	} else {
		_, mistakes = validator().Stream(capture, options)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, mistake := range mistakes {
		j.mistakes = append(j.mistakes, fmt.Sprintf("%s: %s\n%s", request, mistake, capture))
	}
}

var validator = sync.OnceValue(validate.New)

// typeOf is the type of a request.
func typeOf(body []byte) string {
	var request struct{ Type string }
	if json.Unmarshal(body, &request) != nil {
		return ""
	}
	return request.Type
}
