package validate

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"taskpilot/adapter/chatkit"
)

// words checks a text that has to say something in particular.
func (i inspection) words(path, s string, shape *chatkit.Shape) {
	switch shape.Kind {
	case chatkit.KindTime:
		i.time(path, s)
	case chatkit.KindDate:
		if !isDate(s) {
			i.note(path, "%s is no ISO 8601 date or time", quoted(s))
		}
	case chatkit.KindURL:
		if !isAbsolute(s) {
			i.note(path, "%s is no absolute URL", quoted(s))
		}
	case chatkit.KindIcon, chatkit.KindWidgetIcon:
		if problem := iconProblem(s, shape); problem != "" {
			i.note(path, "%s", problem)
		}
	default:
		if shape.Values != nil && !slices.Contains(shape.Values, s) {
			i.that(path, "must be %s, not %s", either(shape.Values), quoted(s))
		}
	}
}

func either(values []string) string {
	if len(values) == 1 {
		return "`" + values[0] + "`"
	}
	last := len(values) - 1
	return "`" + strings.Join(values[:last], "`, `") + "` or `" + values[last] + "`"
}

func (i inspection) time(path, s string) {
	if _, err := time.Parse(time.RFC3339, s); err == nil {
		return
	}
	if _, err := time.Parse("2006-01-02T15:04:05", s); err == nil {
		i.that(path, "has no offset: %s is another moment in each time zone", quoted(s))
		return
	}
	i.note(path, "%s is no ISO 8601 time", quoted(s))
}

func isDate(s string) bool {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

func isAbsolute(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" {
		return false
	}
	return u.Host != "" || u.Scheme != "http" && u.Scheme != "https"
}

func iconProblem(name string, shape *chatkit.Shape) string {
	inWidgets := shape.Kind == chatkit.KindWidgetIcon
	switch {
	case slices.Contains(shape.Values, name):
		return ""
	case strings.HasPrefix(name, chatkit.LucidePrefix) && !inWidgets:
		return ""
	case inWidgets && (strings.HasPrefix(name, chatkit.LucidePrefix) || slices.Contains(chatkit.Icons(), name)):
		return quoted(name) + " is an icon elsewhere, but not in widgets"
	case slices.Contains(chatkit.WidgetIcons(), name):
		return quoted(name) + " is an icon in widgets only"
	default:
		return quoted(name) + " is no icon of ChatKit's" + didYouMean(name, shape.Values)
	}
}
