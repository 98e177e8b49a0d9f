package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/eval/grade"
)

// TestMain lets this binary be the development issuer too, as the command is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "issuer" {
		if err := run(context.Background(), os.Args[1:], os.Environ(), os.Stdout, os.Stderr); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestEval(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Eval")
}

var _ = Describe("The evaluation", func() {
	It("plays every case with the offline model, and says beside every figure what that is worth", func(ctx SpecContext) {
		if os.Getenv("SPECS") != "all" {
			Skip("it takes half a minute: SPECS=all, as CI has it, runs it")
		}
		file := filepath.Join(GinkgoT().TempDir(), "report.json")
		environ := slices.DeleteFunc(os.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "OPENAI_") })
		var table bytes.Buffer
		Expect(run(ctx, []string{"--json", file}, environ, &table, GinkgoWriter)).To(Succeed())

		content, err := os.ReadFile(file)
		Expect(err).NotTo(HaveOccurred())
		var report grade.Report
		Expect(json.Unmarshal(content, &report)).To(Succeed())
		Expect(report.Broken).To(BeEmpty())
		Expect(report.Note).To(Equal(grade.HarnessOnly))
		Expect(report.P95.Note).To(Equal(grade.HarnessOnly))
		Expect(report.Kinds["it"].Rate).To(Equal(1.0)) // what the offline model promises to understand
		Expect(report.Kinds["ambiguity"].Rate).To(Equal(1.0))
		for line := range strings.Lines(table.String()) {
			if strings.ContainsAny(line, "%") {
				Expect(line).To(ContainSubstring(grade.HarnessOnly))
			}
		}
	})

	It("refuses what it does not know", func(ctx SpecContext) {
		Expect(run(ctx, []string{"--parallel", "0"}, nil, GinkgoWriter, GinkgoWriter)).To(MatchError(ContainSubstring("--parallel")))
		Expect(run(ctx, []string{"extra"}, nil, GinkgoWriter, GinkgoWriter)).NotTo(Succeed())
	})
})
