package main_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/tokens"
)

func TestToolserver(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Toolserver")
}

// binary is the real program, built once for the suite.
var binary string

var _ = BeforeSuite(func() {
	var err error
	binary, err = gexec.Build("taskpilot/toolserver")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(gexec.CleanupBuildArtifacts)
})

// start runs the program with nothing in its environment but environ, until the spec ends.
func start(environ []string, args ...string) *gexec.Session {
	GinkgoHelper()
	command := exec.Command(binary, args...)
	command.Env = append([]string{"HOME=/nonexistent"}, environ...)
	session, err := gexec.Start(command, GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { session.Kill().Wait(10 * time.Second) })
	return session
}

// database is the setting for the real database, as toolserver's role.
func database() string {
	GinkgoHelper()
	return "DATABASE_URL=" + pgtest.Database(GinkgoTB()).Toolserver
}

// issuer signs tokens, and publishes its keys while it is up.
type issuer struct {
	keys *tokens.Keys
	url  string
	stop func()
}

func newIssuer() *issuer {
	GinkgoHelper()
	path := filepath.Join(GinkgoT().TempDir(), "keys.json")
	Expect(tokens.WriteNewKeys(path)).To(Succeed())
	keys, err := tokens.LoadKeys(path)
	Expect(err).NotTo(HaveOccurred())
	published := httptest.NewServer(keys)
	DeferCleanup(published.Close)
	return &issuer{keys: keys, url: published.URL, stop: published.Close}
}

func (i *issuer) sign(claims tokens.Claims) string {
	GinkgoHelper()
	token, err := i.keys.Sign(time.Now(), claims)
	Expect(err).NotTo(HaveOccurred())
	return token
}

// hop is a token as chatcore mints it for a call.
func (i *issuer) hop(user string) string {
	GinkgoHelper()
	return i.sign(tokens.Claims{Issuer: tokens.HopChatcore, Audience: tokens.HopToolserver, Subject: user})
}

// server is the program, serving HTTP.
type server struct {
	*gexec.Session
	url string
}

var listening = regexp.MustCompile(`"msg":"listening","addr":"([^"]+)"`)

func serve(ctx context.Context, environ ...string) *server {
	GinkgoHelper()
	session := start(append(environ, "ADDR=127.0.0.1:0"))
	Eventually(ctx, session.Err).WithTimeout(20 * time.Second).Should(gbytes.Say(`"msg":"listening"`))
	var found [][]byte
	Eventually(ctx, func() [][]byte {
		found = listening.FindSubmatch(session.Err.Contents())
		return found
	}).ShouldNot(BeNil())
	return &server{session, "http://" + string(found[1])}
}

// post sends one JSON-RPC request as any HTTP client could.
func (s *server) post(ctx context.Context, body string, headers map[string]string) *http.Response {
	GinkgoHelper()
	return s.send(ctx, http.MethodPost, "/mcp", body, headers)
}

// client is an MCP client that sends this token.
func (s *server) client(ctx context.Context, token string) *mcp.ClientSession {
	GinkgoHelper()
	session, err := s.connect(ctx, token)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(session.Close)
	return session
}

func (s *server) connect(ctx context.Context, token string) (*mcp.ClientSession, error) {
	transport := &mcp.StreamableClientTransport{
		Endpoint:             s.url + "/mcp",
		HTTPClient:           &http.Client{Transport: bearer(token)},
		DisableStandaloneSSE: true,
		MaxRetries:           -1,
	}
	return mcp.NewClient(&mcp.Implementation{Name: "specs", Version: "1"}, nil).
		Connect(context.WithoutCancel(ctx), transport, nil)
}

// bearer is a round tripper that adds this token.
type bearer string

func (b bearer) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(request)
}

// call calls a tool and gives its structured content.
func call(ctx context.Context, session *mcp.ClientSession, tool string, arguments map[string]any) (map[string]any, bool) {
	GinkgoHelper()
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: arguments})
	Expect(err).NotTo(HaveOccurred())
	text, err := json.Marshal(result.StructuredContent)
	Expect(err).NotTo(HaveOccurred())
	var structured map[string]any
	Expect(json.Unmarshal(text, &structured)).To(Succeed())
	return structured, result.IsError
}

func newUser() string { return "user|" + rand.Text() }
