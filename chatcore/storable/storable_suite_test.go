package storable_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestStorable(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "storable")
}
