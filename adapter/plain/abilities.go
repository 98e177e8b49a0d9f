package plain

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"taskpilot/adapter/mapping"
	"taskpilot/internal/tokens"
)

// Abilities are what a service was found to have, beside the three lines, which it must have.
type Abilities struct {
	Rename string `json:"rename"` // yes, no, or unknown: then it is tried when somebody asks for it
	Delete string `json:"delete"`
}

// What is known of an ability.
const (
	able   = "yes"
	unable = "no"
	maybe  = "unknown"
)

// probeTime bounds each question.
const probeTime = 3 * time.Second

// Abilities asks what the service has, without changing anything: frameworks answer OPTIONS with the methods of a route.
func (s *Service) Abilities(ctx context.Context) Abilities {
	return Abilities{Rename: s.has(ctx, s.mapping.Routes.Rename), Delete: s.has(ctx, s.mapping.Routes.Delete)}
}

func (s *Service) has(ctx context.Context, route mapping.Route) string {
	if route.Absent {
		return unable
	}
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	method := route.Method
	route.Method = http.MethodOptions
	request, err := s.request(ctx, call{who: tokens.Identity{Subject: "adapter"}, route: route, conversation: "1"})
	if err != nil {
		return maybe
	}
	response, err := s.http.Do(request)
	if err != nil {
		return maybe
	}
	defer func() { _ = response.Body.Close() }()
	allowed := strings.FieldsFunc(strings.Join(response.Header.Values("Allow"), ","), func(r rune) bool { return r == ',' || r == ' ' })
	others := slices.DeleteFunc(slices.Clone(allowed), func(m string) bool { return m == http.MethodOptions })
	switch {
	case slices.Contains(allowed, method):
		return able
	case len(others) == 0:
		return maybe
	default:
		return unable
	}
}
