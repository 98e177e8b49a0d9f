package plain

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// forms are how times are found written. Without a zone it is UTC.
var forms = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999-07",
	"2006-01-02 15:04:05.999999999 -0700 MST", "2006-01-02 15:04:05.999999999 MST", "2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", time.RFC1123, time.RFC1123Z, time.DateOnly,
}

// millis is where a number of seconds would be in the far future: it counts milliseconds.
const millis = 1e11

// timeOf reads a time, a text or a number since 1970; ok is false for what is none.
func timeOf(value any) (at time.Time, ok bool) {
	switch value := value.(type) {
	case json.Number:
		return since1970(string(value))
	case string:
		value = strings.TrimSpace(value)
		for _, form := range forms {
			if at, err := time.Parse(form, value); err == nil {
				return known(at)
			}
		}
		return since1970(value)
	}
	return at, false
}

func since1970(text string) (time.Time, bool) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.Abs(n) > 1e15 {
		return time.Time{}, false
	}
	if math.Abs(n) >= millis {
		return known(time.UnixMicro(int64(math.Round(n * 1e3))))
	}
	return known(time.UnixMicro(int64(math.Round(n * 1e6))))
}

// known holds a time to what every reader understands, cut to microseconds.
func known(at time.Time) (time.Time, bool) {
	at = at.UTC().Truncate(time.Microsecond)
	return at, at.Year() >= 1 && at.Year() <= 9999
}
