package stack_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"taskpilot/deploy/local/stack"
)

var _ = Describe("A reserved address", func() {
	It("is any free port where 0 is asked for, and can be listened on again and again", func() {
		listen, url, release, err := stack.Reserve("adapter", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(release)
		Expect(listen).To(MatchRegexp(`^127\.0\.0\.1:[1-9]\d*$`))
		Expect(url).To(Equal("http://" + listen))
		for range 3 {
			listener, err := net.Listen("tcp", listen)
			Expect(err).NotTo(HaveOccurred())
			Expect(listener.Close()).To(Succeed())
		}
	})

	It("is reached on the loopback when it is every address of the machine", func() {
		listen, url, release, err := stack.Reserve("adapter", ":0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(release)
		Expect(listen).To(HavePrefix(":"))
		Expect(url).To(HavePrefix("http://127.0.0.1:"))
	})

	It("is refused when somebody listens there, with the flag that helps", func() {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(listener.Close)
		_, _, _, err = stack.Reserve("chatcore", listener.Addr().String())
		Expect(err).To(MatchError(And(ContainSubstring("is taken by another process"), ContainSubstring("--chatcore"))))
	})

	DescribeTable("is refused when it is none", func(value string) {
		_, _, _, err := stack.Reserve("model", value)
		Expect(err).To(MatchError(ContainSubstring("--model")))
	},
		Entry(nil, "8000"), Entry(nil, "127.0.0.1:http!"), Entry(nil, "127.0.0.1:70000"), Entry(nil, "no such host:1"), Entry(nil, ""),
	)
})

var _ = Describe("A data directory", func() {
	It("is held by one launcher at a time", func() {
		dir := filepath.Join(GinkgoT().TempDir(), "new", "data")
		release, err := stack.OpenData(dir)
		Expect(err).NotTo(HaveOccurred())
		_, err = stack.OpenData(dir)
		Expect(err).To(MatchError(And(ContainSubstring("another launcher (pid "), ContainSubstring("--data"))))
		release()
		release, err = stack.OpenData(dir)
		Expect(err).NotTo(HaveOccurred())
		release()
	})
})

var _ = Describe("A process that is kept", func() {
	var pids chan int

	BeforeEach(func() { pids = make(chan int, 100) })

	keep := func(script string) {
		stop, err := stack.Keep(script, func(pid int) { pids <- pid }, func(s string) { GinkgoWriter.Println(s) })
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(stop)
	}

	It("is started again each time it is killed", func(ctx SpecContext) {
		keep("exec sleep 600")
		seen := map[int]bool{}
		for range 4 {
			var pid int
			Eventually(ctx, pids).Should(Receive(&pid))
			Expect(seen).NotTo(HaveKey(pid))
			seen[pid] = true
			Expect(syscall.Kill(pid, syscall.SIGKILL)).To(Succeed())
		}
	})

	It("is not started again once it was stopped", func(ctx SpecContext) {
		stop, err := stack.Keep("exec sleep 600", func(pid int) { pids <- pid }, func(string) {})
		Expect(err).NotTo(HaveOccurred())
		var pid int
		Eventually(ctx, pids).Should(Receive(&pid))
		stop()
		Expect(syscall.Kill(pid, 0)).To(MatchError(syscall.ESRCH))
		Consistently(ctx, pids, "300ms").ShouldNot(Receive())
	})

	It("can be stopped while it dies again and again", func(ctx SpecContext) {
		stop, err := stack.Keep("exit 1", func(pid int) { pids <- pid }, func(string) {})
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, pids).Should(HaveLen(3))
		stop()
	})
})

var _ = Describe("stack.json", func() {
	It("is there from ready on, whole at every moment, readable by its owner only, and gone at the end", func() {
		dir := GinkgoT().TempDir()
		file := stack.NewStateFile(filepath.Join(dir, stack.FileName))
		Expect(file.Change(func(s *stack.State) { s.Adapter.URL = "http://127.0.0.1:1" })).To(Succeed())
		_, err := stack.Read(dir)
		Expect(err).To(MatchError(os.ErrNotExist))

		Expect(file.Publish()).To(Succeed())
		Expect(file.Change(func(s *stack.State) { s.Adapter.PID = 7; s.Postgres.DSN = "postgres:///x?a=b&c=d" })).To(Succeed())
		Expect(stack.Read(dir)).To(Equal(stack.State{
			Adapter: stack.Service{URL: "http://127.0.0.1:1", PID: 7}, Postgres: stack.Database{DSN: "postgres:///x?a=b&c=d"},
		}))
		text, err := os.ReadFile(filepath.Join(dir, stack.FileName))
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).To(ContainSubstring("a=b&c=d"))
		info, err := os.Stat(filepath.Join(dir, stack.FileName))
		Expect(err).NotTo(HaveOccurred())
		Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o600)))

		Expect(file.Remove()).To(Succeed())
		Expect(os.ReadDir(dir)).To(BeEmpty())
		Expect(file.Change(func(s *stack.State) { s.Adapter.PID = 8 })).To(Succeed())
		Expect(os.ReadDir(dir)).To(BeEmpty())
	})
})

var _ = Describe("A process's environment", func() {
	It("is the launcher's, with the process's own settings over it and others' left out", func() {
		Expect(stack.Environment(
			[]string{"HOME=/home/a", "ADDR=:1", "DATABASE_URL=postgres://owner:secret@db/x", "CHATKIT_MAX_HISTORY=3"},
			map[string]string{"ADDR": ":8001"}, "DATABASE_URL",
		)).To(ConsistOf("HOME=/home/a", "CHATKIT_MAX_HISTORY=3", "ADDR=:8001"))
	})
})

var _ = Describe("What processes log", func() {
	It("goes out line by line, under their names", func() {
		out, to := stack.NewOutput(), gbytes.NewBuffer()
		log := out.Log("adapter", to)
		_, err := io.WriteString(log, "one\ntw")
		Expect(err).NotTo(HaveOccurred())
		_, err = io.WriteString(log, "o\n")
		Expect(err).NotTo(HaveOccurred())
		out.Close()
		Expect(string(to.Contents())).To(Equal("adapter    | one\nadapter    | two\n"))
	})

	It("never waits for a reader that stopped reading", func(ctx SpecContext) {
		out := stack.NewOutput()
		reader, writer := io.Pipe() // nobody reads
		DeferCleanup(func() { _ = reader.Close() })
		log := out.Log("adapter", writer)
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = io.WriteString(log, strings.Repeat("line\n", 20_000))
			out.Close()
		}()
		Eventually(ctx, done).Should(BeClosed())
	})
})
