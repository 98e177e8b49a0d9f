package tokens_test

import (
	"encoding/base64"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/tokens"
)

var _ = Describe("A permit", func() {
	now := time.Unix(1_790_000_000, 0)
	permit := tokens.Permit{Purpose: "download", Subject: "auth0|x", Object: "12", Expires: now.Add(time.Minute)}

	DescribeTable("is read by whoever has the key, and is the same text each time",
		func(make func() testKey) {
			path := keyFile(make().privateJSON(nil))
			keys, err := tokens.LoadKeys(path)
			Expect(err).NotTo(HaveOccurred())
			replica, err := tokens.LoadKeys(path)
			Expect(err).NotTo(HaveOccurred())
			signed, err := keys.SignPermit(permit)
			Expect(err).NotTo(HaveOccurred())
			Expect(signed).To(MatchRegexp(`^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$`), "what logs blot out")
			Expect(replica.SignPermit(permit)).To(Equal(signed))
			Expect(replica.Permit(signed, "download", now)).To(Equal(permit))
		},
		Entry("of Ed25519", func() testKey { return newEdDSA("one") }), Entry("of P-256", func() testKey { return newES256("one") }),
		Entry("of RSA", func() testKey { return newRS256("one", 2048) }),
	)

	It("is read while its key is among the keys", func() {
		before, after := newEdDSA("before"), newEdDSA("after")
		old, err := tokens.LoadKeys(keyFile(before.privateJSON(nil)))
		Expect(err).NotTo(HaveOccurred())
		both, err := tokens.LoadKeys(keyFile(after.privateJSON(nil), before.privateJSON(nil)))
		Expect(err).NotTo(HaveOccurred())
		signed, err := old.SignPermit(permit)
		Expect(err).NotTo(HaveOccurred())
		Expect(both.Permit(signed, "download", now)).To(Equal(permit))
		newer, err := both.SignPermit(permit)
		Expect(err).NotTo(HaveOccurred())
		_, err = old.Permit(newer, "download", now)
		Expect(err).To(MatchError(tokens.ErrInvalid))
	})

	It("is good for its purpose and its time only", func() {
		keys := loadNewKeys()
		signed, err := keys.SignPermit(permit)
		Expect(err).NotTo(HaveOccurred())
		for _, try := range []struct {
			signed, purpose string
			at              time.Time
		}{
			{signed, "upload", now}, {signed, "", now}, {signed, "download", now.Add(time.Minute)},
		} {
			_, err := keys.Permit(try.signed, try.purpose, try.at)
			Expect(err).To(MatchError(tokens.ErrInvalid))
		}
	})

	It("can't be made, changed or taken from elsewhere", func() {
		keys := loadNewKeys()
		signed, err := keys.SignPermit(permit)
		Expect(err).NotTo(HaveOccurred())
		text, signature, _ := strings.Cut(signed, ".")
		other := base64.RawURLEncoding.EncodeToString([]byte(`{"p":"download","s":"mallory","o":"12","e":1790000060}`))
		token, err := keys.Sign(now, tokens.Claims{Issuer: "a", Audience: "b", Subject: "c"})
		Expect(err).NotTo(HaveOccurred())
		foreign, err := loadNewKeys().SignPermit(permit)
		Expect(err).NotTo(HaveOccurred())
		for _, forged := range []string{"", ".", text, text + ".", "." + signature, other + "." + signature, signed + "x", token, foreign, text + "." + strings.Repeat("A", 43)} {
			_, err := keys.Permit(forged, "download", now)
			Expect(err).To(MatchError(tokens.ErrInvalid), forged)
		}
	})

	It("needs all that it says", func() {
		for _, lacking := range []tokens.Permit{{Subject: "a", Object: "b"}, {Purpose: "a", Object: "b"}, {Purpose: "a", Subject: "b"}} {
			_, err := loadNewKeys().SignPermit(lacking)
			Expect(err).To(HaveOccurred())
		}
	})
})
