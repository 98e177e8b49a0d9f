package plain_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

func TestPlain(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Plain chat services")
}

// What pages got in a spec has to be ChatKit's protocol, to the letter.
var _ = AfterEach(func() { Expect(wire.Mistakes()).To(BeEmpty()) })
