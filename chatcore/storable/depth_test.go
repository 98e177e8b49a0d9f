package storable_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/storable"
)

var _ = DescribeTable("Deeper counts what stands inside each other", func(raw string, deeper bool) {
	Expect(storable.Deeper([]byte(raw), 2)).To(Equal(deeper))
},
	Entry("a number", `1`, false), Entry("two beside each other", `{"a":[1],"b":[2]}`, false),
	Entry("three", `[[[]]]`, true), Entry("brackets in a text", `["[[[["]`, false), Entry("a great many", strings.Repeat("[", 1<<20), true), Entry("nothing", ``, false),
)
