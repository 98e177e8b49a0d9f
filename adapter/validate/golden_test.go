package validate_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/validate"
)

// goldens are package chatkit's golden files of a folder, by their names.
func goldens(folder string) map[string][]byte {
	files := map[string][]byte{}
	root := filepath.Join("..", "chatkit", "testdata", folder)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		files[strings.TrimSuffix(entry.Name(), ".json")] = raw
		return err
	})
	Expect(err).NotTo(HaveOccurred())
	Expect(files).NotTo(BeEmpty())
	return files
}

var _ = Describe("What our types say", func() {
	validator := validate.New()

	It("is clean in every event", func() {
		for name, raw := range goldens("events") {
			Expect(validator.Event(raw)).To(BeEmpty(), name)
		}
	})

	It("is clean in every item", func() {
		for name, raw := range goldens("items") {
			Expect(validator.Event([]byte(`{"type":"thread.item.done","item":`+string(raw)+`}`))).To(BeEmpty(), name)
		}
	})

	It("is clean in every answer", func() {
		for name, raw := range goldens("answers") {
			request := strings.TrimSuffix(strings.TrimSuffix(name, ".empty"), ".unchanged")
			Expect(validator.Answer(raw, request)).To(BeEmpty(), name)
		}
	})
})
