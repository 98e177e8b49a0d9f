package browser

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Required is what CHROMIUM says where a missing browser must fail the run.
const Required = "required"

// ErrNone says that no Chromium was found.
var ErrNone = errors.New("no Chromium found (Debian: apt-get install chromium)")

var names = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
	"/usr/lib/chromium/chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
}

// Find answers the path of a Chromium: CHROMIUM where it names a file, else the first of the usual names.
func Find() (string, error) {
	if named := os.Getenv("CHROMIUM"); strings.ContainsRune(named, os.PathSeparator) {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("the browser that CHROMIUM names: %w", err)
		}
		return path, nil
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNone
}
