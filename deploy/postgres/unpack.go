package postgres

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/ulikunitz/xz"
)

// unpackNPM writes what is under package/native in an npm archive, and makes the symbolic links that npm archives can't
// hold and the package lists instead.
func unpackNPM(archive, into string) error {
	const home = "package/native/"
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	plain, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	return inRoot(into, func(root *os.Root) error {
		if err := untar(root, plain, home); err != nil {
			return err
		}
		return linkListed(root)
	})
}

// unpackMaven writes what is in the .txz in a jar.
func unpackMaven(archive, into string) error {
	jar, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer func() { _ = jar.Close() }() // only read
	for _, member := range jar.File {
		if !strings.HasSuffix(member.Name, ".txz") {
			continue
		}
		packed, err := member.Open()
		if err != nil {
			return err
		}
		defer func() { _ = packed.Close() }() // there is one
		plain, err := xz.NewReader(packed)
		if err != nil {
			return err
		}
		return inRoot(into, func(root *os.Root) error { return untar(root, plain, "") })
	}
	return errors.New("there is no .txz in it")
}

// inRoot does something in a directory that no name leads out of.
func inRoot(dir string, do func(*os.Root) error) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	return errors.Join(do(root), root.Close())
}

// untar writes the files and links whose names begin with home, without it.
func untar(root *os.Root, plain io.Reader, home string) error {
	entries := tar.NewReader(plain)
	for {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name, ours := strings.CutPrefix(entry.Name, home)
		if !ours {
			continue
		}
		if err := write(root, name, entry, entries); err != nil {
			return fmt.Errorf("%s: %w", entry.Name, err)
		}
	}
}

func write(root *os.Root, name string, entry *tar.Header, content io.Reader) (err error) {
	if entry.Typeflag != tar.TypeReg && entry.Typeflag != tar.TypeSymlink {
		return nil // directories are made for what is in them
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if entry.Typeflag == tar.TypeSymlink {
		return root.Symlink(entry.Linkname, name)
	}
	file, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_EXCL, os.FileMode(entry.Mode)&0o755|0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = io.Copy(file, content)
	return err
}

// linkListed makes the symbolic links that pg-symlinks.json lists, relative ones.
func linkListed(root *os.Root) error {
	content, err := root.ReadFile("pg-symlinks.json")
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(content, &links); err != nil {
		return fmt.Errorf("reading the list of links: %w", err)
	}
	for _, l := range links {
		to, err := filepath.Rel(filepath.Dir(l.Target), l.Source)
		if err != nil {
			return err
		}
		if err := root.Symlink(to, strings.TrimPrefix(l.Target, "native/")); err != nil {
			return err
		}
	}
	return nil
}
