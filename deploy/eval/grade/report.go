package grade

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"
)

// HarnessOnly stands beside every figure that the offline model made.
const HarnessOnly = "offline model: this checks the harness, not an agent"

// Report is all grades.
type Report struct {
	Model   string           `json:"model"`
	Note    string           `json:"note,omitempty"` // holds for every figure
	Figures map[string]Share `json:"figures"`
	Kinds   map[string]Share `json:"kinds"` // turns with all marks good
	P50     Duration         `json:"turn_p50"`
	P95     Duration         `json:"turn_p95"`
	Bad     []Marks          `json:"bad"`
	Broken  []string         `json:"broken"` // cases that could not be played to their end
}

// Duration is a time, and what has to be said of it.
type Duration struct {
	Seconds float64 `json:"seconds"`
	Note    string  `json:"note,omitempty"`
}

// Summarize counts marks. A case that broke counts as nothing: it is named.
func Summarize(model, note string, all []Marks, broken []string) Report {
	report := Report{Model: model, Note: note, Figures: map[string]Share{}, Kinds: map[string]Share{}, Bad: []Marks{}, Broken: append([]string{}, broken...)}
	for name, of := range map[string]func(Marks) *bool{
		"tool choice": func(m Marks) *bool { return m.Choice }, "arguments": func(m Marks) *bool { return m.Arguments },
		"end state": func(m Marks) *bool { return m.State }, "context": func(m Marks) *bool { return m.Context },
	} {
		report.Figures[name] = count(all, of)
	}
	for _, marks := range all {
		if _, known := report.Kinds[marks.Kind]; !known {
			report.Kinds[marks.Kind] = count(all, func(m Marks) *bool {
				if m.Kind != marks.Kind {
					return nil
				}
				return new(m.Good())
			})
		}
		if !marks.Good() {
			report.Bad = append(report.Bad, marks)
		}
	}
	report.P50, report.P95 = Duration{quantile(all, 0.5), note}, Duration{quantile(all, 0.95), note}
	return report
}

func count(all []Marks, of func(Marks) *bool) Share {
	good, known := 0, 0
	for _, marks := range all {
		if was := of(marks); was != nil {
			known++
			if *was {
				good++
			}
		}
	}
	return shareOf(good, known)
}

// quantile is the time, in seconds, that a share of the turns took at most.
func quantile(all []Marks, share float64) float64 {
	if len(all) == 0 {
		return 0
	}
	times := make([]time.Duration, 0, len(all))
	for _, marks := range all {
		times = append(times, marks.Took)
	}
	slices.Sort(times)
	at := min(len(times)-1, int(share*float64(len(times))))
	return times[at].Seconds()
}

// Table writes the report for people, the worst kinds first.
func (r Report) Table(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	note := ""
	if r.Note != "" {
		note = "\t(" + r.Note + ")"
	}
	row := func(name string, share Share) {
		_, _ = fmt.Fprintf(table, "%s\t%d of %d\t%5.1f %%\t%.1f to %.1f %%%s\n", name, share.Good, share.Of, 100*share.Rate, 100*share.Low, 100*share.High, note)
	}
	_, _ = fmt.Fprintf(table, "%s\n\n", r.Model)
	for _, name := range []string{"tool choice", "arguments", "end state", "context"} {
		row(name, r.Figures[name])
	}
	_, _ = fmt.Fprintf(table, "a turn, p50\t\t%.2f s\t%s\na turn, p95\t\t%.2f s\t%s\n\nturns by kind\n", r.P50.Seconds, note, r.P95.Seconds, note)
	kinds := slices.SortedFunc(maps.Keys(r.Kinds), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.Kinds[a].Rate, r.Kinds[b].Rate), cmp.Compare(a, b))
	})
	for _, kind := range kinds {
		row("  "+kind, r.Kinds[kind])
	}
	for _, broken := range r.Broken {
		_, _ = fmt.Fprintf(table, "\nnot played to its end: %s", broken)
	}
	return table.Flush()
}
