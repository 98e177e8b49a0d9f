// Command generate makes the pages in deploy/docs that are made from the code. Run it as go generate ./deploy/docs.
package main

import (
	"fmt"
	"os"
)

func main() {
	for name, page := range pages() {
		if err := os.WriteFile(name, []byte(page), 0o644); err != nil { //nolint:gosec // a page for everybody
			fmt.Fprintln(os.Stderr, "generate:", err)
			os.Exit(1)
		}
	}
}

// pages are the pages by the names of their files, in deploy/docs.
func pages() map[string]string { return map[string]string{"protocol.md": protocolPage()} }
