package server

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// wantsStream says that a caller asks for events: its Accept names text/event-stream, and likes nothing of JSON better. A
// wildcard is no wish for a stream: callers that know nothing of it send one.
func wantsStream(r *http.Request) bool {
	var stream, whole float64
	for _, header := range r.Header.Values("Accept") {
		for one := range strings.SplitSeq(header, ",") {
			kind, parameters, err := mime.ParseMediaType(one)
			if err != nil {
				continue
			}
			switch kind {
			case eventStream:
				stream = max(stream, quality(parameters))
			case "application/json":
				whole = max(whole, quality(parameters))
			}
		}
	}
	return stream > 0 && stream >= whole
}

// quality is the weight of a media range (RFC 9110 12.4.2); 1 where it says none.
func quality(parameters map[string]string) float64 {
	given, ok := parameters["q"]
	if !ok {
		return 1
	}
	weight, err := strconv.ParseFloat(given, 64)
	if err != nil || weight < 0 || weight > 1 {
		return 0
	}
	return weight
}
