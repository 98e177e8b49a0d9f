package postgres_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/ulikunitz/xz"

	"taskpilot/deploy/postgres"
)

var _ = Describe("Finding Postgres", func() {
	quiet := func(string) {}

	// fake is a directory with binaries that only say their version.
	fake := func(version string) string {
		dir, err := filepath.EvalSymlinks(GinkgoT().TempDir())
		Expect(err).NotTo(HaveOccurred())
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
		for _, name := range []string{"postgres", "initdb"} {
			Expect(os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755)).To(Succeed())
		}
		return dir
	}

	It("takes what PG_BIN names before anything else", func(ctx SpecContext) {
		dir := fake("99.1")
		GinkgoT().Setenv("PG_BIN", dir)
		Expect(postgres.Find(ctx, 0, quiet)).To(Equal(postgres.Binaries{Dir: dir, Major: 99}))
	})

	It("takes what is on PATH next, and follows links to where it really is", func(ctx SpecContext) {
		dir, links := fake("98.2 (Debian 98.2-1)"), GinkgoT().TempDir()
		Expect(os.Symlink(filepath.Join(dir, "postgres"), filepath.Join(links, "postgres"))).To(Succeed())
		GinkgoT().Setenv("PG_BIN", "")
		GinkgoT().Setenv("PATH", links+":"+os.Getenv("PATH"))
		Expect(postgres.Find(ctx, 0, quiet)).To(Equal(postgres.Binaries{Dir: dir, Major: 98}))
	})

	It("goes on looking when what it found made no such data directory", func(ctx SpecContext) {
		GinkgoT().Setenv("PG_BIN", "")
		installed, err := postgres.Find(ctx, 0, quiet)
		Expect(err).NotTo(HaveOccurred())
		GinkgoT().Setenv("PATH", fake("98.2")+":"+os.Getenv("PATH"))
		Expect(postgres.Find(ctx, installed.Major, quiet)).To(Equal(installed))
	})

	DescribeTable("refuses a PG_BIN that won't do, instead of passing it over",
		func(ctx SpecContext, dir func() string, sentence string) {
			GinkgoT().Setenv("PG_BIN", dir())
			_, err := postgres.Find(ctx, 0, quiet)
			Expect(err).To(MatchError(And(ContainSubstring("PG_BIN"), ContainSubstring(sentence))))
		},
		Entry("when it is too old", func() string { return fake("14.9") }, "Postgres 15 or newer"),
		Entry("when there is nothing", func() string { return "/no/such/directory" }, "looking for postgres"),
		Entry("when it is something else", func() string { return fake("(none)") }, "--version says"),
	)
})

var _ = Describe("Downloading Postgres", func() {
	var place string

	// pack makes an npm archive of these files.
	pack := func(files map[string]string) []byte {
		var packed bytes.Buffer
		compressed := gzip.NewWriter(&packed)
		archive := tar.NewWriter(compressed)
		write(archive, files)
		Expect(errors.Join(archive.Close(), compressed.Close())).To(Succeed())
		return packed.Bytes()
	}
	hash := func(content []byte) string {
		sum := sha512.Sum512(content)
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	// fetch tries two servers: each has one content, for whatever it is asked, or nothing.
	fetch := func(ctx context.Context, npm, maven []byte, hashes ...string) error {
		serve := func(content []byte) string {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if content == nil {
					w.WriteHeader(http.StatusForbidden)
				}
				_, _ = w.Write(content)
			}))
			DeferCleanup(server.Close)
			return server.URL
		}
		return postgres.Fetch(ctx, postgres.Archives(serve(npm), serve(maven), hashes...), place)
	}
	// jar makes an archive as Maven has it.
	jar := func(name string, files map[string]string) []byte {
		var packed, zipped bytes.Buffer
		compressed, err := xz.NewWriter(&packed)
		Expect(err).NotTo(HaveOccurred())
		archive := tar.NewWriter(compressed)
		write(archive, files)
		Expect(archive.WriteHeader(&tar.Header{Name: "lib/libpq.so", Linkname: "libpq.so.5.1", Typeflag: tar.TypeSymlink})).To(Succeed())
		Expect(errors.Join(archive.Close(), compressed.Close())).To(Succeed())
		outer := zip.NewWriter(&zipped)
		member, err := outer.Create(name)
		Expect(err).NotTo(HaveOccurred())
		_, err = member.Write(packed.Bytes())
		Expect(errors.Join(err, outer.Close())).To(Succeed())
		return zipped.Bytes()
	}

	const links = "package/native/pg-symlinks.json"

	BeforeEach(func() { place = filepath.Join(GinkgoT().TempDir(), "cache", "postgres") })

	It("unpacks the files and makes the links that the archive lists", func(ctx SpecContext) {
		content := pack(map[string]string{
			"package/native/lib/libpq.so.5.1": "library",
			links:                             `[{"source": "native/lib/libpq.so.5.1", "target": "native/lib/libpq.so"}]`,
		})
		Expect(fetch(ctx, content, nil, hash(content), "")).To(Succeed())
		Expect(os.ReadFile(filepath.Join(place, "lib", "libpq.so"))).To(BeEquivalentTo("library"))
		Expect(os.Readlink(filepath.Join(place, "lib", "libpq.so"))).To(Equal("libpq.so.5.1"))
		Expect(filepath.Glob(filepath.Join(filepath.Dir(place), ".download-*"))).To(BeEmpty())
	})

	It("turns to the other place when the first has none, and takes its links as they are", func(ctx SpecContext) {
		content := jar("postgres-linux-x86_64.txz", map[string]string{"lib/libpq.so.5.1": "library"})
		Expect(fetch(ctx, nil, content, "", hash(content))).To(Succeed())
		Expect(os.ReadFile(filepath.Join(place, "lib", "libpq.so"))).To(BeEquivalentTo("library"))
	})

	It("says what was wrong with each of them", func(ctx SpecContext) {
		content := jar("readme.txt", nil)
		Expect(fetch(ctx, nil, content, "", hash(content))).To(MatchError(And(
			ContainSubstring("403"), ContainSubstring("there is no .txz in it"))))
	})

	It("takes nothing whose hash is another than the pinned one", func(ctx SpecContext) {
		content := pack(map[string]string{links: `[]`})
		Expect(fetch(ctx, content, content, hash([]byte("something else")), hash([]byte("something else")))).To(MatchError(ContainSubstring("hash differs")))
		Expect(place).NotTo(BeADirectory())
	})

	It("writes nothing outside its place", func(ctx SpecContext) {
		content := pack(map[string]string{"package/native/../../../../escaped": "x", links: `[]`})
		Expect(fetch(ctx, content, nil, hash(content), "")).NotTo(Succeed())
		Expect(filepath.Join(filepath.Dir(place), "escaped")).NotTo(BeAnExistingFile())
	})

	It("is content with what somebody else put there meanwhile", func(ctx SpecContext) {
		content := pack(map[string]string{links: `[]`})
		Expect(fetch(ctx, content, nil, hash(content), "")).To(Succeed())
		Expect(fetch(ctx, content, nil, hash(content), "")).To(Succeed())
	})
})

func write(archive *tar.Writer, files map[string]string) {
	GinkgoHelper()
	for name, content := range files {
		header := &tar.Header{Name: name, Mode: 0o755, Size: int64(len(content)), Typeflag: tar.TypeReg}
		Expect(archive.WriteHeader(header)).To(Succeed())
		_, err := archive.Write([]byte(content))
		Expect(err).NotTo(HaveOccurred())
	}
}
