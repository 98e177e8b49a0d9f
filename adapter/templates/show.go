package templates

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/present"
	"taskpilot/adapter/validate"
	"taskpilot/chatcore/api"
)

// Show gives what a call shows; ok is false where the file says nothing that fits.
func (t *Templates) Show(language string, record api.ToolCall) (present.Shown, bool) {
	which, shown, err := t.show(language, record)
	return shown, which >= 0 && err == nil
}

// Doing says what a call that has started is doing; ok as for Show.
func (t *Templates) Doing(language string, record api.ToolCall) (text, icon string, ok bool) {
	said := t.tools[record.Tool].Doing
	if said == nil {
		return "", "", false
	}
	text, err := newFilling(language, record).line(said.Text, present.Line)
	return text, said.Icon, err == nil && text != ""
}

// errNothing is why a record is shown by no template.
var errNothing = errors.New("nothing that is shown fits")

// show gives the first way that fits and can be filled, by its number.
func (t *Templates) show(language string, record api.ToolCall) (which int, shown present.Shown, err error) {
	fill := newFilling(language, record)
	for n, way := range t.tools[record.Tool].Shows {
		if !way.hold(fill) || !way.names("status") && record.Status != api.CallExecuted {
			continue
		}
		shown, err := t.fill(fill, way)
		if errors.Is(err, errMissing) {
			continue
		}
		return n, shown, err
	}
	return -1, shown, errNothing
}

func (t *Templates) fill(fill filling, way shows) (shown present.Shown, err error) {
	if way.Widget == nil {
		shown.Line, err = fill.line(way.Line, present.InMarkdown)
		return shown, err
	}
	widget, err := fill.node(way.Widget, present.Line)
	if err != nil {
		return shown, err
	}
	if shown.Widget, err = t.checker.widget(widget); err != nil {
		return shown, err
	}
	if way.CopyText != nil {
		shown.CopyText, err = fill.lines(way.CopyText)
	}
	return shown, err
}

// checker holds widgets to what ChatKit shows.
type checker struct{ *validate.Validator }

func newChecker() checker { return checker{validate.New()} }

// maxWidget is the most bytes of a widget.
const maxWidget = 256 << 10

func (c checker) widget(widget any) (chatkit.Root, error) {
	written, err := json.Marshal(widget)
	if err != nil {
		return nil, err
	}
	if len(written) > maxWidget {
		return nil, fmt.Errorf("the widget is larger than %d KiB", maxWidget>>10)
	}
	event := fmt.Sprintf(`{"type":"thread.item.done","item":{"type":"widget","id":"i","thread_id":"t","created_at":"2026-01-01T00:00:00Z","widget":%s}}`, written)
	var all []string
	for _, mistake := range c.Event([]byte(event)) {
		all = append(all, strings.ReplaceAll(mistake.String(), "item.widget", "widget"))
	}
	if len(all) > 0 {
		return nil, errors.New(strings.Join(all, "\n"))
	}
	return chatkit.WrittenRoot(written), nil
}
