package faults

import (
	"context"
	"fmt"
	"strings"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Hop is the way from one kind of process to another, through a proxy that does harm.
type Hop struct {
	Name  string
	addr  string // the proxy writes its own each time it starts
	proxy *toxiproxy.Proxy
}

// NewHop opens the way to an address.
func NewHop(name, upstream string) (*Hop, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, name, "127.0.0.1:0", upstream)
	if err := proxy.Start(); err != nil {
		return nil, fmt.Errorf("opening the hop %s: %w", name, err)
	}
	return &Hop{Name: name, addr: proxy.Listen, proxy: proxy}, nil
}

// Addr is where the hop begins.
func (h *Hop) Addr() string { return h.addr }

// Down cuts every connection and takes no new ones, until Up.
func (h *Hop) Down() { h.proxy.Stop() }

// Up opens the way again.
func (h *Hop) Up() error {
	if err := h.proxy.Start(); err != nil {
		return fmt.Errorf("opening the hop %s again: %w", h.Name, err)
	}
	return nil
}

// Cut cuts every connection. New ones are taken at once.
func (h *Hop) Cut() error {
	h.Down()
	return h.Up()
}

// Harm is what a hop does to its connections, the new ones too, until Heal.
type Harm string

// The harms.
const (
	Silent  Harm = "timeout"    // nothing comes through, and nobody is told
	Resets  Harm = "reset_peer" // whoever sends something is reset
	Delayed Harm = "latency"    // everything comes a moment later
)

// Direction is one way through a hop.
type Direction string

// The directions.
const (
	Requests Direction = "upstream"
	Answers  Direction = "downstream"
)

// Do begins a harm: in one direction, or in both when none is named.
func (h *Hop) Do(harm Harm, directions ...Direction) error {
	if len(directions) == 0 {
		directions = []Direction{Requests, Answers}
	}
	attributes := `{"timeout": 0}`
	if harm == Delayed {
		attributes = `{"latency": 150, "jitter": 100}`
	}
	for _, direction := range directions {
		toxic := fmt.Sprintf(`{"name": %q, "type": %q, "stream": %q, "attributes": %s}`, direction, harm, direction, attributes)
		if _, err := h.proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			return fmt.Errorf("harming the hop %s: %w", h.Name, err)
		}
	}
	return nil
}

// Heal ends the harm. Connections that were silent are closed: what was said on them is lost.
func (h *Hop) Heal(ctx context.Context) { h.proxy.Toxics.ResetToxics(ctx) }

// Close ends the hop for good.
func (h *Hop) Close() { h.proxy.Stop() }
