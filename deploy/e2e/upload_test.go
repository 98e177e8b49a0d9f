package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/leash"
)

// aPNG is an image of one pixel.
const aPNG = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"

// answered is an answer, read whole.
type answered struct {
	status int
	header http.Header
	body   []byte
}

// object is the answer as JSON.
func (a answered) object() (o wire.Object) {
	GinkgoHelper()
	Expect(json.Unmarshal(a.body, &o)).To(Succeed(), string(a.body))
	return o
}

// refused holds an answer to be a problem.
func (a answered) refused(status int, code string) {
	GinkgoHelper()
	Expect(a.status).To(Equal(status), string(a.body))
	Expect(a.object()).To(And(HaveKeyWithValue("code", code), HaveKeyWithValue("detail", HaveSuffix("."))))
}

// at calls an address as it is.
func at(ctx context.Context, method, address, body, kind, token string) answered {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return answered{status: response.StatusCode, header: response.Header, body: read}
}

// inForm is a form with a file, and its type.
func inForm(name, kind, content string) (body, contentType string) {
	GinkgoHelper()
	var buffer bytes.Buffer
	writer := multipart.NewWriter(&buffer)
	header := map[string][]string{"Content-Disposition": {`form-data; name="file"; filename="` + name + `"`}, "Content-Type": {kind}}
	part, err := writer.CreatePart(header)
	Expect(err).NotTo(HaveOccurred())
	_, err = io.WriteString(part, content)
	Expect(err).NotTo(HaveOccurred())
	Expect(writer.Close()).To(Succeed())
	return buffer.String(), writer.FormDataContentType()
}

// described is an attachment that was created and has no bytes yet, and where they are to go.
func described(ctx context.Context, page wire.Page, name, kind string, size int) (attachment wire.Object, upload string) {
	GinkgoHelper()
	attachment, err := page.Call(ctx, "attachments.create", wire.Object{"name": name, "size": size, "mime_type": kind})
	Expect(err).NotTo(HaveOccurred())
	upload = attachment["upload_descriptor"].(wire.Object)["url"].(string)
	delete(attachment, "upload_descriptor")
	return attachment, upload
}

// uploaded is an attachment in both steps.
func uploaded(ctx context.Context, page wire.Page, name, kind, content string) wire.Object {
	GinkgoHelper()
	attachment, upload := described(ctx, page, name, kind, len(content))
	Expect(at(ctx, http.MethodPut, upload, content, kind, "").status).To(Equal(http.StatusOK))
	return attachment
}

// carrying is a message with attachments, to a new thread when thread is empty.
func carrying(thread, text string, attachments ...wire.Object) wire.Object {
	params := wire.Say(thread, text)
	ids := []any{}
	for _, attachment := range attachments {
		ids = append(ids, attachment["id"])
	}
	params["input"].(wire.Object)["attachments"] = ids
	return params
}

// filesOf are the files in a stack's place for attachments.
func filesOf(at *stack.Stack) (names []string) {
	GinkgoHelper()
	err := filepath.WalkDir(filepath.Join(at.Data, "attachments"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, path)
		}
		return err
	})
	Expect(err).NotTo(HaveOccurred())
	return names
}

// secondAdapter starts another adapter of a stack's, and gives its address.
func secondAdapter(ctx context.Context, of *stack.Stack) string {
	GinkgoHelper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	address := free.Addr().String()
	Expect(free.Close()).To(Succeed())
	command := exec.Command(filepath.Join(of.Data, "bin", "adapter"))
	command.Env = append(os.Environ(), "ADDR="+address, "CHAT_API_URL="+of.Chatcore.URL,
		"SIGNING_KEYS_FILE="+filepath.Join(of.Data, "keys", "adapter.json"), "AUTH_JWKS_URL="+of.Issuer.URL+"/.well-known/jwks.json",
		"AUTH_ISSUER="+of.Issuer.Issuer, "AUTH_AUDIENCE="+of.Issuer.Audience)
	command.Stdout, command.Stderr = GinkgoWriter, GinkgoWriter
	child, err := leash.Start(command, syscall.SIGKILL)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { child.Stop(syscall.SIGKILL, 0) })
	Eventually(ctx, func(ctx context.Context) (int, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
		if err != nil {
			return 0, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return 0, err
		}
		return response.StatusCode, response.Body.Close()
	}).WithTimeout(testPatience).Should(Equal(http.StatusOK))
	return "http://" + address
}
