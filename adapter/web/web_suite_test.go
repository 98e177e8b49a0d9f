package web_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/browser"
)

func TestWeb(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "The page and the element")
}

// chromium is one browser for the whole suite; each spec has a page of its own in it.
var chromium browser.Shared

var _ = AfterSuite(func() { chromium.Close() })
