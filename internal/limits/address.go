package limits

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Addresses limits requests by the address that they come from, before it is known who calls.
type Addresses struct {
	limiter *Limiter
	proxies []netip.Prefix
}

// Take counts a request. It returns 0 when it may be answered, else after what time it may.
func (a *Addresses) Take(r *http.Request) time.Duration {
	if a == nil {
		return 0
	}
	return a.limiter.Take(a.of(r))
}

// of names the network that a request comes from: an IPv4 address, or the half of an IPv6 address that a customer is
// given. Behind proxies that are trusted it is the last address in X-Forwarded-For that is none of theirs: what stands
// before it the caller may have written.
func (a *Addresses) of(r *http.Request) string {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	address := from.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !a.trusted(address) {
			break
		}
		before, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		address = before.Unmap()
	}
	if address.Is6() {
		if network, err := address.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return address.String()
}

func (a *Addresses) trusted(address netip.Addr) bool {
	return slices.ContainsFunc(a.proxies, func(p netip.Prefix) bool { return p.Contains(address) })
}
