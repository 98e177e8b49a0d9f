package titles_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestTitles(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "chatcore/titles")
}
