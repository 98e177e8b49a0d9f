package validate_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/validate"
)

// FuzzCapture holds that anything is checked without a panic, and that every mistake is a sentence with a place in the
// capture.
func FuzzCapture(f *testing.F) {
	for _, root := range []string{"testdata/clean", "testdata/broken", "../chatkit/testdata/events", "../chatkit/testdata/answers"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			if strings.HasSuffix(root, "events") {
				raw = []byte("data: " + strings.ReplaceAll(string(raw), "\n", "") + "\n\n")
			}
			f.Add(raw, uint8(0))
			return err
		})
		if err != nil {
			f.Fatal(err)
		}
	}
	requests := chatkit.Requests()
	validator := validate.New()
	f.Fuzz(func(t *testing.T, raw []byte, how uint8) {
		options := validate.StreamOptions{Cut: how&1 > 0, Follow: how&2 > 0}
		if n := int(how >> 2); n < len(requests) {
			options.Request = requests[n].RequestType()
		}
		lines := strings.Count(string(raw), "\n") + 1
		report, err := validator.Capture(raw, options)
		if err != nil && len(report.Mistakes) > 0 {
			t.Fatalf("both %v and mistakes", err)
		}
		for _, mistake := range report.Mistakes {
			if mistake.Sentence == "" || mistake.Line > lines || mistake.Event < 0 {
				t.Fatalf("%+v", mistake)
			}
		}
	})
}
