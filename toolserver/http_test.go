package main_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
)

const listCall = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tasks","arguments":{}}}`

func (s *server) send(ctx context.Context, method, path, body string, headers map[string]string) *http.Response {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/event-stream")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(response.Body.Close)
	return response
}

func bodyOf(response *http.Response) string {
	GinkgoHelper()
	text, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

var _ = Describe("toolserver over HTTP", func() {
	var (
		chatcore *issuer
		ts       *server
	)

	BeforeEach(func(ctx SpecContext) {
		chatcore = newIssuer()
		ts = serve(ctx, database(), "CHATCORE_JWKS_URL="+chatcore.url)
	})

	It("serves an MCP client, whose tasks are those of the token's subject", func(ctx SpecContext) {
		alice, bob := newUser(), newUser()
		hers, his := ts.client(ctx, chatcore.hop(alice)), ts.client(ctx, chatcore.hop(bob))
		tools, err := hers.ListTools(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(tools.Tools).To(HaveLen(6))

		task, failed := call(ctx, hers, "add_task", map[string]any{"title": "Buy groceries"})
		Expect(failed).To(BeFalse())
		Expect(task).To(HaveKeyWithValue("title", "Buy groceries"))
		refused, failed := call(ctx, his, "delete_task", map[string]any{"task_id": task["task_id"]})
		Expect(failed).To(BeTrue())
		Expect(refused).To(HaveKeyWithValue("code", "not_found"))
		list, _ := call(ctx, ts.client(ctx, chatcore.hop(alice)), "list_tasks", nil)
		Expect(list["tasks"]).To(ConsistOf(task))
	})

	It("answers one POST with one JSON body, and keeps no session", func(ctx SpecContext) {
		response := ts.post(ctx, listCall, map[string]string{"Authorization": "bearer " + chatcore.hop(newUser())})
		Expect(response).To(HaveHTTPStatus(http.StatusOK))
		Expect(response).To(HaveHTTPHeaderWithValue("Content-Type", HavePrefix("application/json")))
		Expect(response.Header).NotTo(HaveKey("Mcp-Session-Id"))
		Expect(response.Header).To(HaveKey("X-Request-Id"))
		var answer struct {
			Result struct {
				IsError           bool           `json:"isError"`
				StructuredContent map[string]any `json:"structuredContent"`
			} `json:"result"`
		}
		Expect(json.Unmarshal([]byte(bodyOf(response)), &answer)).To(Succeed())
		Expect(answer.Result.IsError).To(BeFalse())
		Expect(answer.Result.StructuredContent).To(HaveKeyWithValue("total", 0.0))
	})

	It("answers bytes that are no UTF-8 without changing anything", func(ctx SpecContext) {
		authorization := map[string]string{"Authorization": "Bearer " + chatcore.hop(newUser())}
		body := strings.Replace(listCall, `"name":"list_tasks","arguments":{}`,
			"\"name\":\"add_task\",\"arguments\":{\"title\":\"a\xffb\"}", 1)
		Expect(bodyOf(ts.post(ctx, body, authorization))).To(ContainSubstring("UTF-8"))
		Expect(bodyOf(ts.post(ctx, listCall, authorization))).To(ContainSubstring(`"total":0`))
	})

	It("refuses a page from elsewhere, streams and bodies beyond any call", func(ctx SpecContext) {
		token := "Bearer " + chatcore.hop("alice")
		Expect(ts.post(ctx, listCall, map[string]string{"Authorization": token, "Origin": "https://evil.example",
			"Sec-Fetch-Site": "cross-site"})).To(HaveHTTPStatus(http.StatusForbidden))
		Expect(ts.send(ctx, http.MethodGet, "/mcp", "", map[string]string{"Authorization": token})).
			To(HaveHTTPStatus(http.StatusMethodNotAllowed))
		Expect(ts.post(ctx, strings.Repeat(" ", 2<<20)+listCall, map[string]string{"Authorization": token})).
			To(HaveHTTPStatus(http.StatusRequestEntityTooLarge))
	})

	It("is healthy and ready without a token, and its own health command says so", func(ctx SpecContext) {
		Expect(ts.send(ctx, http.MethodGet, "/healthz", "", nil)).To(HaveHTTPStatus(http.StatusOK))
		Expect(ts.send(ctx, http.MethodGet, "/readyz", "", nil)).To(HaveHTTPStatus(http.StatusOK))
		asked := start([]string{"ADDR=" + strings.TrimPrefix(ts.url, "http://")}, "health")
		Eventually(ctx, asked).WithTimeout(10 * time.Second).Should(gexec.Exit(0))
		asked = start([]string{"ADDR=127.0.0.1:1"}, "health")
		Eventually(ctx, asked).WithTimeout(10 * time.Second).Should(gexec.Exit(1))
	})

	It("is alive but not ready while the database is away", func(ctx SpecContext) {
		ts = serve(ctx, "DATABASE_URL=postgres://nobody:secret@127.0.0.1:1/none", "CHATCORE_JWKS_URL="+chatcore.url)
		Expect(ts.send(ctx, http.MethodGet, "/healthz", "", nil)).To(HaveHTTPStatus(http.StatusOK))
		response := ts.send(ctx, http.MethodGet, "/readyz", "", nil)
		Expect(response).To(HaveHTTPStatus(http.StatusServiceUnavailable))
		Expect(bodyOf(response)).To(ContainSubstring("database"))
		refused, failed := call(ctx, ts.client(ctx, chatcore.hop("alice")), "list_tasks", nil)
		Expect(failed).To(BeTrue())
		Expect(refused).To(HaveKeyWithValue("code", "internal"))
		Expect(string(ts.Err.Contents())).NotTo(ContainSubstring("secret"))
	})

	It("shows metrics on the private address only", func(ctx SpecContext) {
		Expect(ts.send(ctx, http.MethodGet, "/metrics", "", nil)).To(HaveHTTPStatus(http.StatusNotFound))
		ts = serve(ctx, database(), "CHATCORE_JWKS_URL="+chatcore.url, "PRIVATE_ADDR=127.0.0.1:0")
		private := regexp.MustCompile(`"msg":"listening in private","addr":"([^"]+)"`).FindSubmatch(ts.Err.Contents())
		Expect(private).NotTo(BeNil())
		ts.url = "http://" + string(private[1])
		Expect(ts.send(ctx, http.MethodGet, "/metrics", "", nil)).To(HaveHTTPStatus(http.StatusOK))
	})

	It("ends in order when it is told to", func(ctx SpecContext) {
		ts.Interrupt()
		Eventually(ctx, ts).WithTimeout(10 * time.Second).Should(gexec.Exit(0))
		Expect(ts.Out.Contents()).To(BeEmpty())
	})

	It("writes neither tokens nor people's words into its log", func(ctx SpecContext) {
		token := chatcore.hop(newUser())
		call(ctx, ts.client(ctx, token), "add_task", map[string]any{"title": "my secret wish"})
		ts.Interrupt()
		Eventually(ctx, ts).WithTimeout(10 * time.Second).Should(gexec.Exit(0))
		log := string(ts.Err.Contents())
		Expect(log).To(And(ContainSubstring(`"tool":"add_task"`), ContainSubstring(`"request_id"`)))
		Expect(log).NotTo(Or(ContainSubstring(token), ContainSubstring("secret")))
	})
})
