package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Binaries is one installed Postgres.
type Binaries struct {
	Dir   string // holds initdb and postgres
	Major int
}

func (b Binaries) path(name string) string { return filepath.Join(b.Dir, name) }

// places are where binaries are looked for, in order; later ones are only asked when earlier ones have none.
type place struct {
	name string
	dirs func() []string
}

func places() []place {
	return []place{
		{"PG_BIN", func() []string { return nonEmpty(os.Getenv("PG_BIN")) }},
		{"PATH", onPath},
		{"/usr/lib/postgresql", func() []string { return newestFirst("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin") }},
		{"Homebrew", func() []string {
			return newestFirst("/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
				"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin")
		}},
		{"Postgres.app", func() []string { return newestFirst("/Applications/Postgres.app/Contents/Versions/*/bin") }},
	}
}

// Find gives the binaries to use: of version major, or of any from 15 on when major is 0. What PG_BIN names is taken or
// refused, never passed over.
func Find(ctx context.Context, major int, log func(string)) (Binaries, error) {
	var others []string
	for _, place := range places() {
		for _, dir := range place.dirs() {
			found, err := inspect(ctx, dir)
			switch {
			case ctx.Err() != nil:
				return Binaries{}, ctx.Err()
			case err != nil && place.name == "PG_BIN":
				return Binaries{}, fmt.Errorf("PG_BIN: %w", err)
			case err != nil:
				continue
			case fits(found.Major, major):
				return found, nil
			case place.name == "PG_BIN":
				return Binaries{}, fmt.Errorf("PG_BIN holds Postgres %d, and %s is needed", found.Major, wanted(major))
			}
			others = append(others, fmt.Sprintf("Postgres %d in %s", found.Major, found.Dir))
		}
	}
	downloaded, err := download(ctx, major, log)
	if err == nil {
		return downloaded, nil
	}
	return Binaries{}, missing(major, others, err)
}

func fits(found, wanted int) bool {
	if wanted == 0 {
		return found >= oldestMajor
	}
	return found == wanted
}

const oldestMajor = 15

func wanted(major int) string {
	if major == 0 {
		return fmt.Sprintf("Postgres %d or newer", oldestMajor)
	}
	return fmt.Sprintf("Postgres %d (the version that made this data directory)", major)
}

func missing(major int, others []string, cause error) error {
	sentence := wanted(major) + " was not found"
	if len(others) > 0 {
		sentence += " (there is " + strings.Join(others, ", ") + ")"
	}
	return fmt.Errorf("%s: install it (Debian: apt-get install postgresql; macOS: brew install postgresql), "+
		"or name its directory in PG_BIN, or a running server in DATABASE_URL; downloading one failed: %w", sentence, cause)
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspect asks the binaries in dir for their version. Symbolic links are followed first: a server finds its own files
// relative to where it really is.
func inspect(ctx context.Context, dir string) (Binaries, error) {
	server, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if err != nil {
		return Binaries{}, fmt.Errorf("looking for postgres: %w", err)
	}
	found := Binaries{Dir: filepath.Dir(server)}
	if _, err := os.Stat(found.path("initdb")); err != nil {
		return Binaries{}, fmt.Errorf("looking for initdb: %w", err)
	}
	output, err := exec.CommandContext(ctx, server, "--version").Output()
	if err != nil {
		return Binaries{}, fmt.Errorf("asking %s for its version: %w", server, err)
	}
	match := versionLine.FindSubmatch(output)
	if match == nil {
		return Binaries{}, fmt.Errorf("%s --version says %q", server, strings.TrimSpace(string(output)))
	}
	found.Major, err = strconv.Atoi(string(match[1]))
	return found, err
}

func onPath() []string {
	path, err := exec.LookPath("postgres")
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return nil
	}
	return nonEmpty(filepath.Dir(path))
}

func nonEmpty(dir string) []string {
	if dir == "" {
		return nil
	}
	return []string{dir}
}

var number = regexp.MustCompile(`\d+`)

// newestFirst lists the directories that match, those with the highest version number in their name first.
func newestFirst(patterns ...string) []string {
	var dirs []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err == nil { // the patterns are constants: there is no other error
			dirs = append(dirs, found...)
		}
	}
	version := func(dir string) int {
		n, _ := strconv.Atoi(number.FindString(dir)) // no number sorts last
		return n
	}
	slices.SortStableFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	return dirs
}
