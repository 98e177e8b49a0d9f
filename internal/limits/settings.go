package limits

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// Settings are a process's limits. They are a part of its configuration; 0 switches one off.
type Settings struct {
	UserRate       int            `env:"RATE_USER" envDefault:"20"`     // requests of a user in a second
	TurnRate       int            `env:"RATE_TURNS" envDefault:"60"`    // turns that a user begins in a minute
	AddressRate    int            `env:"RATE_ADDRESS" envDefault:"100"` // requests from an address in a second
	TrustedProxies []netip.Prefix `env:"TRUSTED_PROXIES"`               // whose X-Forwarded-For is believed, as 10.0.0.0/8
}

// Fault names every fault.
func (s Settings) Fault() error {
	var all []error
	for _, setting := range []struct {
		name  string
		value int
	}{{"RATE_USER", s.UserRate}, {"RATE_TURNS", s.TurnRate}, {"RATE_ADDRESS", s.AddressRate}} {
		if setting.value < 0 {
			all = append(all, fmt.Errorf("%s must not be negative; 0 means none", setting.name))
		}
	}
	return errors.Join(all...)
}

// Users limits the requests of a user. Twice a second's may come at once: a page that opens asks several things together.
func (s Settings) Users(clock func() time.Time) *Limiter {
	return New(s.UserRate, time.Second, 2*s.UserRate, clock)
}

// Turns limits the turns that a user begins. A minute's may come at once.
func (s Settings) Turns(clock func() time.Time) *Limiter {
	return New(s.TurnRate, time.Minute, s.TurnRate, clock)
}

// Addresses limits the requests from an address.
func (s Settings) Addresses(clock func() time.Time) *Addresses {
	return &Addresses{limiter: New(s.AddressRate, time.Second, 2*s.AddressRate, clock), proxies: s.TrustedProxies}
}
