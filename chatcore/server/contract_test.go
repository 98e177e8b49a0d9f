package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

// contract is the OpenAPI document, which every exchange of these specs is held to.
type contract struct {
	document *openapi3.T
	router   routers.Router
}

// theContract is read once a process; it never changes.
var theContract = sync.OnceValues(func() (*contract, error) {
	for _, kind := range []string{"audio/webm", "audio/mp4", "audio/ogg"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.FileBodyDecoder)
	}
	// Streams are checked event by event.
	openapi3filter.RegisterBodyDecoder("text/event-stream", func(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
		text, err := io.ReadAll(body)
		return string(text), err
	})
	document, err := openapi3.NewLoader().LoadFromData(api.Document)
	if err != nil {
		return nil, err
	}
	closed(document)
	router, err := gorillamux.NewRouter(document)
	return &contract{document, router}, err
})

// closed lets answers have only what the document names: callers must take more, but the server sends no more than it says.
func closed(document *openapi3.T) {
	no := false
	for name, schema := range document.Components.Schemas {
		if request := strings.HasSuffix(name, "Request") || strings.HasSuffix(name, "Patch"); !request && len(schema.Value.Properties) > 0 {
			schema.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: &no}
		}
	}
}

// exchange is a request and what came back.
type exchange struct {
	request  *http.Request
	sent     string
	response *http.Response
	body     []byte
}

// hold says what of an exchange is not as the document has it.
func (c *contract) hold(ctx context.Context, e exchange) error {
	request := e.request.Clone(ctx)
	request.Body = io.NopCloser(strings.NewReader(e.sent))
	request.URL.Scheme, request.URL.Host = "", ""
	route, parameters, err := c.router.FindRoute(request)
	if err != nil {
		if e.response.StatusCode >= http.StatusBadRequest {
			return nil // no route of the server's either
		}
		return fmt.Errorf("finding %s %s: %w", request.Method, request.URL, err)
	}
	options := &openapi3filter.Options{
		IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true,
	}
	asked := &openapi3filter.RequestValidationInput{Request: request, PathParams: parameters, Route: route, Options: options}
	if e.response.StatusCode < 300 {
		if err := openapi3filter.ValidateRequest(ctx, asked); err != nil {
			return fmt.Errorf("what was taken from the caller: %s", err) //nolint:errorlint // it holds the whole document
		}
	}
	err = openapi3filter.ValidateResponse(ctx, &openapi3filter.ResponseValidationInput{
		RequestValidationInput: asked, Status: e.response.StatusCode, Header: e.response.Header, Options: options,
		Body: io.NopCloser(bytes.NewReader(e.body)),
	})
	if err != nil {
		return fmt.Errorf("what was answered: %s", err) //nolint:errorlint // it holds the whole document
	}
	return c.holdStream(e.body)
}

var frame = regexp.MustCompile(`(?m)^event: (.+)\n(?:id: .+\n)?data: (.+)\n\n`)

func (c *contract) holdStream(stream []byte) error {
	for _, parts := range frame.FindAllSubmatch(stream, -1) {
		schema := c.document.Components.Schemas[string(parts[1])]
		if schema == nil {
			return fmt.Errorf("the event %s is not described", parts[1])
		}
		var data any
		if err := json.Unmarshal(parts[2], &data); err != nil {
			return err
		}
		if err := schema.Value.VisitJSON(data); err != nil {
			return fmt.Errorf("the event %s: %w", parts[1], err)
		}
	}
	return nil
}

var _ = Describe("The document and the server", func() {
	It("name the same routes", func() {
		c, err := theContract()
		Expect(err).NotTo(HaveOccurred())
		var described []string
		for path, item := range c.document.Paths.Map() {
			for method := range item.Operations() {
				described = append(described, method+" "+regexp.MustCompile(`\{(\w+)\}`).ReplaceAllString(path, ":$1"))
			}
		}
		Expect(newDesk().front.Routes()).To(ConsistOf(described))
	})

	It("are held to each other: what is not described is noticed", func(ctx SpecContext) {
		c, err := theContract()
		Expect(err).NotTo(HaveOccurred())
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "/api/alice/conversations", nil)
		Expect(err).NotTo(HaveOccurred())
		answered := func(status int, kind, body string) error {
			return c.hold(ctx, exchange{request: request, body: []byte(body), response: &http.Response{
				StatusCode: status, Header: http.Header{"Content-Type": {kind}},
			}})
		}
		Expect(answered(200, "application/json", `[]`)).To(Succeed())
		Expect(answered(200, "application/json", `[{"id": 1}]`)).NotTo(Succeed())
		Expect(answered(200, "application/json", `{"data": [], "has_more": false, "total": 1}`)).NotTo(Succeed())
		Expect(answered(200, "text/html", `<p>`)).NotTo(Succeed())
		Expect(answered(418, "application/problem+json", `{}`)).NotTo(Succeed())
		Expect(answered(404, "application/problem+json", `{"status": 404}`)).NotTo(Succeed())
		Expect(c.holdStream([]byte("event: run.paused\ndata: {}\n\n"))).NotTo(Succeed())
		Expect(c.holdStream([]byte("event: message.delta\nid: 1.1.0.1\ndata: {\"step_id\":1}\n\n"))).NotTo(Succeed())
	})
})
