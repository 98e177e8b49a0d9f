package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"taskpilot/internal/tokens"
)

// complete is an environment with which the adapter starts. What is given comes after it, and counts.
func complete(more ...string) []string {
	return append([]string{
		"ADDR=127.0.0.1:0", "CHAT_API_URL=http://127.0.0.1:1", "AUTH_JWKS_URL=http://127.0.0.1:1/jwks", "AUTH_ISSUER=i", "AUTH_AUDIENCE=a",
	}, more...)
}

var _ = Describe("The configuration", func() {
	It("names every fault at once, and no address in full", func() {
		_, err := readConfig([]string{
			"ADDR=8000", "CHAT_API_URL=ftp://user:secret@host", "PUBLIC_URL=x", "CHATKIT_SESSION_TIMEOUT=0", "CHATKIT_HEARTBEAT=-1", "RELOAD_WAIT=31", "PAGE_COMPOSER=attachments,video",
			"CHATKIT_DOMAIN_ALLOWLIST=https://ok.example,https://bad.example/,*",
		})
		for _, part := range []string{"ADDR", "CHAT_API_URL", "PUBLIC_URL", "CHATKIT_SESSION_TIMEOUT", "CHATKIT_HEARTBEAT cannot be read", "RELOAD_WAIT must be between 0 and 30", `"video"`, "https://bad.example/", `"*"`,
			"AUTH_JWKS_URL or AUTH_HS256_SECRET"} {
			Expect(err).To(MatchError(ContainSubstring(part)))
		}
		Expect(err).NotTo(MatchError(ContainSubstring("secret")))
		Expect(err).NotTo(MatchError(ContainSubstring("ok.example")))
	})

	DescribeTable("reads a heartbeat", func(text string, want time.Duration) {
		conf, err := readConfig(complete("CHATKIT_HEARTBEAT=" + text))
		Expect(err).NotTo(HaveOccurred())
		Expect(time.Duration(conf.Heartbeat)).To(Equal(want))
	}, Entry(nil, "0", time.Duration(0)), Entry(nil, "15", 15*time.Second), Entry(nil, "200ms", 200*time.Millisecond))

	It("has defaults, and trims the list of origins", func() {
		conf, err := readConfig(complete("CHATKIT_DOMAIN_ALLOWLIST= https://a.example , http://localhost:8000"))
		Expect(err).NotTo(HaveOccurred())
		Expect(conf.Enabled).To(BeTrue())
		Expect(conf.SessionSeconds).To(Equal(3600))
		Expect(time.Duration(conf.Heartbeat)).To(Equal(15 * time.Second))
		Expect(time.Duration(conf.ReloadWait)).To(Equal(8 * time.Second))
		Expect(conf.Origins).To(Equal([]string{"https://a.example", "http://localhost:8000"}))
	})
})

var _ = Describe("The process", func() {
	var logged *gbytes.Buffer
	BeforeEach(func() { logged = gbytes.NewBuffer() })

	// started runs the adapter and gives its address.
	started := func(environ []string) (addr string, stop func() error) {
		GinkgoHelper()
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- run(ctx, nil, environ, nil, nil, logged) }()
		stop = func() error { cancel(); return <-ended }
		Eventually(logged).WithTimeout(5 * time.Second).Should(gbytes.Say(`"msg":"listening"`))
		found := regexp.MustCompile(`"addr":"([^"]+)"`).FindSubmatch(logged.Contents())
		Expect(found).NotTo(BeNil())
		return string(found[1]), stop
	}

	It("serves, is ready when it has the users' keys, and stops when it is told to", func(ctx SpecContext) {
		path := filepath.Join(GinkgoT().TempDir(), "keys.json")
		Expect(tokens.WriteNewKeys(path)).To(Succeed())
		keys, err := tokens.LoadKeys(path)
		Expect(err).NotTo(HaveOccurred())
		jwks := httptest.NewServer(keys)
		DeferCleanup(jwks.Close)
		addr, stop := started(complete("AUTH_JWKS_URL="+jwks.URL, "SIGNING_KEYS_FILE="+path))
		Expect(run(ctx, []string{"health"}, []string{"ADDR=" + addr}, nil, nil, logged)).To(Succeed())
		for path, status := range map[string]int{"/readyz": 200, "/": 200, "/chatkit.js": 200, "/.well-known/jwks.json": 200, "/nowhere": 404} {
			response, err := http.Get("http://" + addr + path)
			Expect(err).NotTo(HaveOccurred())
			Expect(response.Body.Close()).To(Succeed())
			Expect(response.StatusCode).To(Equal(status), path)
		}
		Expect(stop()).To(Succeed())
		Expect(run(ctx, []string{"health"}, []string{"ADDR=" + addr}, nil, nil, logged)).NotTo(Succeed())
	})

	It("says what it means to have no signing keys", func() {
		_, stop := started(complete())
		Expect(logged.Contents()).To(ContainSubstring("no SIGNING_KEYS_FILE"))
		Expect(stop()).To(Succeed())
	})

	DescribeTable("does not start", func(ctx SpecContext, args, environ []string, why string) {
		Expect(run(ctx, args, environ, nil, nil, logged)).To(MatchError(ContainSubstring(why)))
	},
		Entry("with a command that is none", []string{"dance"}, complete(), `no command "dance"`),
		Entry("with nothing configured", nil, nil, "CHAT_API_URL is missing"),
		Entry("with key files that are none", nil, complete("SIGNING_KEYS_FILE=/nowhere/keys.json"), "/nowhere/keys.json"),
	)
})
