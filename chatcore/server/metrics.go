package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"taskpilot/chatcore/api"
)

// Metrics counts what people do, for operators. A nil one counts nothing.
type Metrics struct{ feedbacks *prometheus.CounterVec }

// NewMetrics registers the counters. Each shows from the start, with 0.
func NewMetrics(registry prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{feedbacks: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "chatcore_feedback_total", Help: "Words of people on answers: each first word and each change of mind, by kind.",
	}, []string{"kind"})}
	for _, kind := range []string{api.FeedbackPositive, api.FeedbackNegative} {
		m.feedbacks.WithLabelValues(kind)
	}
	return m, registry.Register(m.feedbacks)
}

func (m *Metrics) feedback(kind string) {
	if m != nil {
		m.feedbacks.WithLabelValues(kind).Inc()
	}
}
