package serving_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/serving"
)

var _ = Describe("A form with a file", func() {
	request := func(kind, body string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		return r
	}
	form := func(fields int) (kind, body string) {
		var buffer bytes.Buffer
		writer := multipart.NewWriter(&buffer)
		for range fields {
			Expect(writer.WriteField("other", "thing")).To(Succeed())
		}
		part, err := writer.CreateFormFile("file", "../a b.txt")
		Expect(err).NotTo(HaveOccurred())
		_, err = io.WriteString(part, "hello")
		Expect(err).NotTo(HaveOccurred())
		Expect(writer.Close()).To(Succeed())
		return writer.FormDataContentType(), buffer.String()
	}

	It("gives the file, behind whatever stands before it", func() {
		kind, body := form(3)
		r := request(kind, body)
		Expect(serving.IsForm(r)).To(BeTrue())
		file, err := serving.FormFile(r, r.Body)
		Expect(err).NotTo(HaveOccurred())
		Expect(file.Name).To(Equal("a b.txt"))
		Expect(file.Type).To(Equal("application/octet-stream"))
		Expect(io.ReadAll(file.Content)).To(Equal([]byte("hello")))
	})

	DescribeTable("is refused", func(kind, body string, status int) {
		r := request(kind, body)
		_, err := serving.FormFile(r, r.Body)
		Expect(err).To(BeAssignableToTypeOf(serving.Problem{}))
		Expect(err).To(HaveField("Status", status))
	},
		Entry("when it is none", "text/plain", "hello", http.StatusUnsupportedMediaType),
		Entry("without a boundary", "multipart/form-data", "hello", http.StatusUnsupportedMediaType),
		Entry("without a file", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n", http.StatusBadRequest),
		Entry("when it breaks off", "multipart/form-data; boundary=x", "--x\r\nContent-Dispo", http.StatusBadRequest),
	)

	It("is not searched for ever", func() {
		kind, body := form(100)
		r := request(kind, body)
		_, err := serving.FormFile(r, r.Body)
		Expect(err).To(HaveField("Field", "file"))
	})
})
