package chatkit_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
)

// update writes the golden files anew: go test ./adapter/chatkit -update
var update = flag.Bool("update", false, "write the golden files anew")

func TestChatKit(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "adapter/chatkit")
}

// expectGolden holds the JSON of a value to the file testdata/<name>.json.
func expectGolden(name string, value any) {
	GinkgoHelper()
	encoded, err := chatkit.Marshal(value)
	Expect(err).NotTo(HaveOccurred())
	var indented bytes.Buffer
	Expect(json.Indent(&indented, encoded, "", "  ")).To(Succeed())
	indented.WriteByte('\n')
	path := filepath.Join("testdata", name+".json")
	if *update {
		Expect(os.MkdirAll(filepath.Dir(path), 0o755)).To(Succeed())
		Expect(os.WriteFile(path, indented.Bytes(), 0o600)).To(Succeed())
	}
	golden, err := os.ReadFile(path)
	Expect(err).NotTo(HaveOccurred())
	Expect(indented.String()).To(Equal(string(golden)), "see "+path+"; -update writes it anew")
}
