package main_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
)

var _ = Describe("toolserver's configuration", func() {
	type input struct {
		environ []string
		args    []string
		faults  []string
	}
	DescribeTable("has all of its faults told at once", func(ctx SpecContext, in input) {
		session := start(in.environ, in.args...)
		Eventually(ctx, session).WithTimeout(10 * time.Second).Should(gexec.Exit(1))
		for _, fault := range in.faults {
			Expect(string(session.Err.Contents())).To(ContainSubstring(fault))
		}
		Expect(string(session.Err.Contents())).NotTo(ContainSubstring("hunter2"))
		Expect(session.Out.Contents()).To(BeEmpty())
	},
		Entry("with nothing set", input{nil, nil, []string{"DATABASE_URL is missing", "CHATCORE_JWKS_URL, AUTH_JWKS_URL (or AUTH_HS256_SECRET) or both"}}),
		Entry("with what cannot be read", input{
			[]string{"ADDR=8002", "PRIVATE_ADDR=x", "CHATCORE_JWKS_URL=keys", "AUTH_JWKS_URL=ftp://a:hunter2@b/c"}, nil,
			[]string{"DATABASE_URL", "ADDR is not host:port", "PRIVATE_ADDR", "CHATCORE_JWKS_URL is not", "AUTH_JWKS_URL is not",
				"AUTH_ISSUER is missing", "AUTH_AUDIENCE is missing"},
		}),
		Entry("with an address of no database", input{
			[]string{"DATABASE_URL=postgres://a:hunter2@[", "CHATCORE_JWKS_URL=http://a/b", "ADDR=127.0.0.1:0"}, nil,
			[]string{"the database's address"},
		}),
		Entry("on stdio without a user", input{nil, []string{"--stdio"}, []string{"DATABASE_URL is missing", "--user is missing"}}),
		Entry("over HTTP with a user", input{nil, []string{"--user", "alice"}, []string{"--user is for --stdio only"}}),
		Entry("with an unknown command", input{nil, []string{"serve"}, []string{`no command "serve"`}}),
		Entry("with an unknown flag", input{nil, []string{"--shout"}, []string{"-shout"}}),
	)

	It("is not needed to be told how the program is used", func(ctx SpecContext) {
		session := start(nil, "-h")
		Eventually(ctx, session).WithTimeout(10 * time.Second).Should(gexec.Exit(0))
		Expect(string(session.Err.Contents())).To(ContainSubstring("-stdio"))
	})
})
