package pagetools_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestPageTools(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "pagetools")
}
