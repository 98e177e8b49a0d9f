package web_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/web"
)

// budget is what the page and the element may weigh, compressed, all together.
const budget = 60 << 10

var _ = Describe("The handler", func() {
	var handler http.Handler

	BeforeEach(func() {
		handler = web.Handler(web.Config{Protocol: "/api/v1/chatkit", DevIssuer: "http://127.0.0.1:8003/", Dictation: true})
	})

	get := func(path string, headers ...string) *http.Response {
		GinkgoHelper()
		request := httptest.NewRequest(http.MethodGet, path, nil)
		for i := 0; i < len(headers); i += 2 {
			request.Header.Set(headers[i], headers[i+1])
		}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		return recorder.Result()
	}

	body := func(response *http.Response) string {
		GinkgoHelper()
		all, err := io.ReadAll(response.Body)
		Expect(err).NotTo(HaveOccurred())
		return string(all)
	}

	DescribeTable("gives each kind of file its type",
		func(path, contentType string) {
			response := get(path)
			Expect(response.StatusCode).To(Equal(http.StatusOK))
			Expect(response.Header.Get("Content-Type")).To(Equal(contentType))
			Expect(body(response)).NotTo(BeEmpty())
		},
		Entry("the page", "/", "text/html; charset=utf-8"),
		Entry("the element", "/chatkit.js", "text/javascript; charset=utf-8"),
		Entry("a module", "/web/chat.js", "text/javascript; charset=utf-8"),
		Entry("a style sheet", "/web/styles/base.css", "text/css; charset=utf-8"),
		Entry("the icon", "/favicon.svg", "image/svg+xml"),
		Entry("what the page is told", "/config.json", "application/json"),
	)

	It("sends every answer under a policy that lets nothing else run", func() {
		for _, path := range []string{"/", "/chatkit.js", "/config.json", "/nothing"} {
			header := get(path).Header
			Expect(header.Get("Content-Security-Policy")).To(Equal("default-src 'none'; script-src 'self'; style-src 'self'; "+
				"connect-src 'self' http://127.0.0.1:8003; img-src 'self' https: data: blob:; base-uri 'none'; form-action 'none'; "+
				"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"), path)
			Expect(header.Get("X-Content-Type-Options")).To(Equal("nosniff"))
			Expect(header.Get("Referrer-Policy")).To(Equal("no-referrer"))
			Expect(header.Get("Access-Control-Allow-Origin")).To(Equal("*"), "any page may load the element from here")
		}
	})

	It("tells the page where the protocol and the issuer are", func() {
		var told map[string]any
		Expect(json.Unmarshal([]byte(body(get("/config.json"))), &told)).To(Succeed())
		Expect(told).To(Equal(map[string]any{
			"protocol": "/api/v1/chatkit", "issuer": "http://127.0.0.1:8003", "attachments": false, "dictation": true,
		}))
	})

	Context("when there is no development issuer", func() {
		It("says so, and lets the page reach only its own origin", func() {
			handler = web.Handler(web.Config{Protocol: "/chatkit"})
			response := get("/config.json")
			Expect(body(response)).To(MatchJSON(`{"protocol": "/chatkit", "issuer": null, "attachments": false, "dictation": false}`))
			Expect(response.Header.Get("Content-Security-Policy")).To(ContainSubstring("connect-src 'self';"))
		})
	})

	It("answers that nothing changed to a reader who has it", func() {
		for _, coding := range []string{"gzip", "identity"} {
			first := get("/web/chat.js", "Accept-Encoding", coding)
			Expect(first.Header.Get("Cache-Control")).To(Equal("no-cache"))
			etag := first.Header.Get("ETag")
			Expect(etag).To(MatchRegexp(`^"[\w-]+"$`))

			second := get("/web/chat.js", "Accept-Encoding", coding, "If-None-Match", `"other", W/`+etag)
			Expect(second.StatusCode).To(Equal(http.StatusNotModified))
			Expect(second.Header.Get("ETag")).To(Equal(etag))
			Expect(body(second)).To(BeEmpty())
		}
	})

	It("compresses for those who can read it, under another tag", func() {
		plain, compressed := get("/web/chat.js"), get("/web/chat.js", "Accept-Encoding", "br, gzip;q=0.8")
		Expect(compressed.Header.Get("Content-Encoding")).To(Equal("gzip"))
		Expect(compressed.Header.Get("Vary")).To(Equal("Accept-Encoding"))
		Expect(compressed.Header.Get("ETag")).NotTo(Equal(plain.Header.Get("ETag")))
		reader, err := gzip.NewReader(compressed.Body)
		Expect(err).NotTo(HaveOccurred())
		Expect(io.ReadAll(reader)).To(BeEquivalentTo(body(plain)))
		Expect(get("/web/chat.js", "Accept-Encoding", "gzip;q=0").Header).NotTo(HaveKey("Content-Encoding"))
	})

	DescribeTable("answers nothing else",
		func(method, path string, status int) {
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, httptest.NewRequest(method, path, nil))
			Expect(recorder.Code).To(Equal(status))
		},
		Entry("an unknown path", http.MethodGet, "/web/nothing.js", http.StatusNotFound),
		Entry("a folder", http.MethodGet, "/web/", http.StatusNotFound),
		Entry("a way out", http.MethodGet, "/web/../../web.go", http.StatusNotFound),
		Entry("another method", http.MethodPost, "/", http.StatusMethodNotAllowed),
		Entry("only the head", http.MethodHead, "/", http.StatusOK),
	)

	DescribeTable("refuses a configuration that would open the policy",
		func(config web.Config) {
			Expect(config.Validate()).NotTo(Succeed())
			Expect(func() { web.Handler(config) }).To(Panic())
		},
		Entry("no protocol", web.Config{}),
		Entry("a protocol that is neither path nor address", web.Config{Protocol: "chatkit"}),
		Entry("an issuer without a scheme", web.Config{Protocol: "/c", DevIssuer: "127.0.0.1:8003"}),
		Entry("an issuer of another scheme", web.Config{Protocol: "/c", DevIssuer: "javascript:alert(1)"}),
		Entry("an issuer that carries a directive", web.Config{Protocol: "/c", DevIssuer: "http://x;script-src *"}),
		Entry("an issuer with a password", web.Config{Protocol: "/c", DevIssuer: "http://a:b@x"}),
	)
})

var _ = Describe("The files", func() {
	files := func() map[string]string {
		GinkgoHelper()
		found := map[string]string{}
		Expect(filepath.Walk("static", func(path string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			found[path] = string(text)
			return err
		})).To(Succeed())
		return found
	}

	It("weigh little", func() {
		handler := web.Handler(web.Config{Protocol: "/c"})
		total := 0
		for path := range files() {
			recorder := httptest.NewRecorder()
			request := httptest.NewRequest(http.MethodGet, strings.TrimPrefix(path, "static"), nil)
			request.Header.Set("Accept-Encoding", "gzip")
			handler.ServeHTTP(recorder, request)
			Expect(recorder.Code).To(Equal(http.StatusOK), path)
			total += recorder.Body.Len()
		}
		AddReportEntry("bytes, compressed", total)
		Expect(total).To(BeNumerically("<", budget), "bytes, compressed")
	})

	It("are sent without what only their authors need, and say no less for it", func() {
		handler := web.Handler(web.Config{Protocol: "/c"})
		for path, text := range files() {
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, strings.TrimPrefix(path, "static"), nil))
			sent := recorder.Body.String()
			if kind := filepath.Ext(path); kind != ".js" && kind != ".css" {
				Expect(sent).To(Equal(text), path)
				continue
			}
			Expect(len(sent)).To(BeNumerically("<", len(text)), path)
			Expect(sent).NotTo(MatchRegexp(`(?m)^\s*(//|/\*)`), path)
			for _, exported := range regexp.MustCompile(`(?m)^export (?:async )?(?:class|const|function\*?) (\w+)`).FindAllStringSubmatch(text, -1) {
				Expect(sent).To(MatchRegexp(`\b`+exported[1]+`\b`), "%s exports it", path)
			}
		}
	})

	It("take nothing from outside, and have no way for text to become markup", func() {
		outside := regexp.MustCompile(`(?:from|import\()\s*['"](?:https?:)?//|@import|url\(`)
		markup := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|setHTML|srcdoc|createContextualFragment`)
		for path, text := range files() {
			Expect(outside.FindString(text)).To(BeEmpty(), path)
			Expect(markup.FindString(text)).To(BeEmpty(), path)
		}
	})

	It("have neither scripts nor styles inside the page", func() {
		page := files()["static/index.html"]
		Expect(page).NotTo(MatchRegexp(`<script[^>]*>[^<]`))
		Expect(page).NotTo(ContainSubstring("<style"))
		Expect(page).NotTo(MatchRegexp(`\s(?:style|on\w+)=`))
	})

	It("import only modules that are there, by literal names", func() {
		imports := regexp.MustCompile(`(?:from |import\()'([^']+)'`)
		all := files()
		for path, text := range all {
			if filepath.Ext(path) != ".js" {
				continue
			}
			for _, found := range imports.FindAllStringSubmatch(text, -1) {
				Expect(all).To(HaveKey(filepath.Join(filepath.Dir(path), found[1])), "%s imports %s", path, found[1])
			}
		}
	})
})
