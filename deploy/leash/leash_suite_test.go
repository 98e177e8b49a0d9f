package leash_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/leash"
)

// parentRole makes this test binary the parent of a child on a leash: the spec kills it.
const parentRole = "LEASH_SPEC_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(parentRole) == "" {
		os.Exit(m.Run())
	}
	child, err := leash.Start(exec.Command("sleep", "600"), syscall.SIGKILL)
	if err != nil {
		panic(err)
	}
	fmt.Println(child.PID)
	<-child.Done()
}

func TestLeash(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "A leash")
}

var _ = Describe("A child on a leash", func() {
	alive := func(pid int) bool { return syscall.Kill(pid, 0) == nil && !zombie(pid) }

	start := func(script string) *leash.Child {
		child, err := leash.Start(exec.Command("sh", "-c", script), syscall.SIGKILL)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { child.Stop(syscall.SIGKILL, time.Second) })
		return child
	}

	It("says how it ended", func(ctx SpecContext) {
		child := start("exit 3")
		Eventually(ctx, child.Done()).Should(BeClosed())
		Expect(child.Err()).To(MatchError("exit status 3"))
	})

	It("ends when it is asked to", func() {
		child := start("exec sleep 600")
		child.Stop(syscall.SIGTERM, time.Minute)
		Expect(child.Done()).To(BeClosed())
		Expect(alive(child.PID)).To(BeFalse())
	})

	It("is killed with all of its group when it does not listen", func(ctx SpecContext) {
		child := start(`trap "" TERM; sleep 600 & wait; sleep 600`)
		child.Stop(syscall.SIGTERM, 100*time.Millisecond)
		Expect(child.Done()).To(BeClosed())
		Eventually(ctx, func() error { return syscall.Kill(-child.PID, 0) }).Should(MatchError(syscall.ESRCH))
	})

	It("takes a signal after its end for nothing", func(ctx SpecContext) {
		child := start("true")
		Eventually(ctx, child.Done()).Should(BeClosed())
		Expect(child.Signal(syscall.SIGTERM)).To(Succeed())
	})

	It("is not there when there is nothing to start", func() {
		_, err := leash.Start(exec.Command("/no/such/binary"), syscall.SIGKILL)
		Expect(err).To(MatchError(ContainSubstring("/no/such/binary")))
	})

	It("does not outlive its parent, even one that was killed", func(ctx SpecContext) {
		parent := exec.Command(os.Args[0])
		parent.Env = append(os.Environ(), parentRole+"=1")
		output, err := parent.StdoutPipe()
		Expect(err).NotTo(HaveOccurred())
		Expect(parent.Start()).To(Succeed())
		line, err := bufio.NewReader(output).ReadString('\n')
		Expect(err).NotTo(HaveOccurred())
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		Expect(err).NotTo(HaveOccurred())
		Expect(alive(pid)).To(BeTrue())

		Expect(parent.Process.Kill()).To(Succeed())
		_ = parent.Wait() // it was killed
		Eventually(ctx, func() bool { return alive(pid) }).Should(BeFalse())
	})
})

// zombie says that a process has ended and only its parent has not asked how: in a container nobody may ever ask.
func zombie(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(status), ") ")
	return strings.HasPrefix(state, "Z")
}
