package postgres

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"taskpilot/deploy/leash"
)

// Migrator is the role that owns a private server: its superuser, which bypasses row-level security.
const Migrator = "taskpilot"

// clusterMajor reads which major version made the cluster, or 0 when there is none yet.
func clusterMajor(cluster string) (int, error) {
	content, err := os.ReadFile(filepath.Join(cluster, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the data directory's version: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, fmt.Errorf("reading the data directory's version: %w", err)
	}
	return major, nil
}

// makeCluster runs initdb beside the cluster's place and moves the result there, so that a half-made one is never
// taken for whole.
func makeCluster(ctx context.Context, binaries Binaries, l layout, durable bool) error {
	password := rand.Text()
	passwordFile := l.passwordFile()
	if err := l.account.writeFile(passwordFile, password); err != nil {
		return fmt.Errorf("writing the password file: %w", err)
	}
	unfinished := l.cluster + ".new"
	output, err := initdb(ctx, binaries, l, unfinished, "C.UTF-8", durable)
	if err != nil && bytes.Contains(output, []byte("locale")) { // not every system has that one
		output, err = initdb(ctx, binaries, l, unfinished, "C", durable)
	}
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLines(output, 5))
	}
	if err := os.Rename(unfinished, l.cluster); err != nil {
		return fmt.Errorf("moving the new cluster to its place: %w", err)
	}
	return nil
}

func initdb(ctx context.Context, binaries Binaries, l layout, into, locale string, durable bool) ([]byte, error) {
	if err := os.RemoveAll(into); err != nil {
		return nil, err
	}
	args := []string{"-D", into, "-U", Migrator, "--pwfile", l.passwordFile(), "-A", "scram-sha-256",
		"--encoding", "UTF8", "--locale", locale}
	if !durable {
		args = append(args, "--no-sync")
	}
	var output bytes.Buffer
	cmd := l.command(ctx, binaries.path("initdb"), args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	child, err := leash.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return nil, err
	}
	<-child.Done()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return output.Bytes(), child.Err()
}

// command runs a binary as the server's account, in a directory it can read, with an environment of its own: the
// caller's PG variables and locale must not reach the server.
func (l layout) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = l.root
	cmd.Env = []string{"HOME=" + l.root, "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = l.account.attributes()
	return cmd
}

func (l layout) passwordFile() string { return filepath.Join(l.root, "password") }

func (l layout) password() (string, error) {
	content, err := os.ReadFile(l.passwordFile())
	if err != nil {
		return "", fmt.Errorf("reading the migrating role's password: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}

func (a account) writeFile(path, content string) error {
	if err := os.WriteFile(path, []byte(content+"\n"), 0o600); err != nil {
		return err
	}
	if !a.switched {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

func lastLines(output []byte, n int) string {
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}
