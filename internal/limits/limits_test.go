package limits_test

import (
	"fmt"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/limits"
)

func TestLimits(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Limits")
}

var _ = Describe("A limiter", func() {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }

	It("lets a burst pass, then as much as the rate is, and says how long to wait", func() {
		l := limits.New(10, time.Second, 3, clock)
		for range 3 {
			Expect(l.Take("alice")).To(BeZero())
		}
		Expect(l.Take("alice")).To(Equal(100 * time.Millisecond))
		Expect(l.Take("alice")).To(Equal(100*time.Millisecond), "what was refused does not count")
		Expect(l.Take("bob")).To(BeZero(), "others have their own")
		now = now.Add(100 * time.Millisecond)
		Expect(l.Take("alice")).To(BeZero())
		Expect(l.Take("alice")).NotTo(BeZero())
	})

	It("lets everything pass when it is off", func() {
		Expect(limits.New(0, time.Second, 3, clock)).To(BeNil())
		Expect((*limits.Limiter)(nil).Take("alice")).To(BeZero())
	})

	It("forgets whoever it has not seen for the longest, and not who is here", func() {
		l := limits.New(1, time.Hour, 1, clock)
		Expect(l.Take("here")).To(BeZero())
		for i := range 200_000 {
			Expect(l.Take(fmt.Sprint(i))).To(BeZero())
			if i%1000 == 0 {
				Expect(l.Take("here")).NotTo(BeZero())
			}
		}
		Expect(l.Take("0")).To(BeZero())
	})
})

var _ = Describe("A gate", func() {
	It("lets each key have so many things under way, and counts what has ended once", func() {
		gate := limits.NewGate(2)
		one, ok := gate.Enter("alice")
		Expect(ok).To(BeTrue())
		_, ok = gate.Enter("alice")
		Expect(ok).To(BeTrue())
		_, ok = gate.Enter("alice")
		Expect(ok).To(BeFalse())
		_, ok = gate.Enter("bob")
		Expect(ok).To(BeTrue(), "others have their own")
		one()
		one()
		_, ok = gate.Enter("alice")
		Expect(ok).To(BeTrue())
		_, ok = gate.Enter("alice")
		Expect(ok).To(BeFalse())
	})

	It("lets everything pass when it is off", func() {
		leave, ok := limits.NewGate(0).Enter("alice")
		Expect(ok).To(BeTrue())
		leave()
	})
})

var _ = Describe("An address", func() {
	settings := limits.Settings{AddressRate: 1, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}

	// same says whether two requests count as one caller's.
	same := func(fromA, forwardedA, fromB, forwardedB string) bool {
		now := time.Now()
		addresses := settings.Addresses(func() time.Time { return now })
		for range 2 { // the burst
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = fromA
			r.Header.Set("X-Forwarded-For", forwardedA)
			Expect(addresses.Take(r)).To(BeZero())
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = fromB
		r.Header.Set("X-Forwarded-For", forwardedB)
		return addresses.Take(r) > 0
	}

	DescribeTable("is the caller's", func(fromA, forwardedA, fromB, forwardedB string, want bool) {
		Expect(same(fromA, forwardedA, fromB, forwardedB)).To(Equal(want))
	},
		Entry("whatever the port", "1.2.3.4:5", "", "1.2.3.4:6", "", true),
		Entry("another", "1.2.3.4:5", "", "1.2.3.5:5", "", false),
		Entry("whatever it claims", "1.2.3.4:5", "8.8.8.8", "1.2.3.4:5", "9.9.9.9", true),
		Entry("behind a trusted proxy", "10.0.0.1:5", "8.8.8.8", "10.0.0.1:5", "9.9.9.9", false),
		Entry("behind two", "10.0.0.1:5", "8.8.8.8, 10.0.0.2", "10.0.0.3:5", "8.8.8.8", true),
		Entry("whatever it told the proxy", "10.0.0.1:5", "1.1.1.1, 8.8.8.8", "10.0.0.1:5", "2.2.2.2, 8.8.8.8", true),
		Entry("behind a proxy that says nonsense", "10.0.0.1:5", "unknown", "10.0.0.1:5", "", true),
		Entry("in one IPv6 network", "[2001:db8:1:2::1]:5", "", "[2001:db8:1:2:ffff::9]:5", "", true),
		Entry("in another IPv6 network", "[2001:db8:1:2::1]:5", "", "[2001:db8:1:3::1]:5", "", false),
		Entry("IPv4 in IPv6", "[::ffff:1.2.3.4]:5", "", "1.2.3.4:5", "", true),
	)

	It("is not limited when that is off", func() {
		addresses := limits.Settings{}.Addresses(time.Now)
		for range 1000 {
			Expect(addresses.Take(httptest.NewRequest("GET", "/", nil))).To(BeZero())
		}
		Expect((*limits.Addresses)(nil).Take(httptest.NewRequest("GET", "/", nil))).To(BeZero())
	})

	It("is configured without doubt", func() {
		Expect(limits.Settings{UserRate: 1}.Fault()).To(Succeed())
		Expect(limits.Settings{UserRate: -1, TurnRate: -1, AddressRate: -1}.Fault()).To(MatchError(And(
			ContainSubstring("RATE_USER"), ContainSubstring("RATE_TURNS"), ContainSubstring("RATE_ADDRESS"))))
	})
})
