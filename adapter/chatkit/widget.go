package chatkit

import "encoding/json"

// Root is the outermost part of a widget: Card, ListView or Basic.
type Root interface {
	Element
	root()
}

// WrittenRoot is a widget as JSON. Whoever makes one has seen to it that it is one.
type WrittenRoot json.RawMessage

// ElementType is its type.
func (w WrittenRoot) ElementType() string {
	var written struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(w, &written) // it is a widget
	return written.Type
}

func (WrittenRoot) root() {}

// MarshalJSON gives it back.
func (w WrittenRoot) MarshalJSON() ([]byte, error) { return json.RawMessage(w).MarshalJSON() }

// Component is a part inside a widget. A ListView is a root and no component, so it never stands inside a Card; a
// ListViewItem stands only in a ListView.
type Component interface {
	Element
	component()
}

// Element is a Component or a Root: what may stand in a Basic.
type Element interface{ ElementType() string }

// Mark is what every part of a widget can have: a key among its siblings, and an id to be updated by.
type Mark struct {
	Key string `json:"key,omitempty"`
	ID  string `json:"id,omitempty"`
}

type (
	// Card is a box with an outline. Children may be empty but are always sent.
	Card struct {
		Mark
		Children   []Component   `json:"children"`
		AsForm     bool          `json:"asForm,omitempty"`
		Background any           `json:"background,omitempty" is:"text|ThemeColor"`
		Size       string        `json:"size,omitempty" values:"sm|md|lg|full"`
		Padding    any           `json:"padding,omitempty" is:"number|text|Spacing"`
		Status     *WidgetStatus `json:"status,omitempty"`
		Collapsed  bool          `json:"collapsed,omitempty"`
		Confirm    *CardAction   `json:"confirm,omitempty"`
		Cancel     *CardAction   `json:"cancel,omitempty"`
		Theme      string        `json:"theme,omitempty" values:"light|dark"`
	}

	// ListView is a list of rows. Limit is a number of rows or auto.
	ListView struct {
		Mark
		Children []ListViewItem `json:"children"`
		Limit    any            `json:"limit,omitempty" is:"whole|auto"`
		Status   *WidgetStatus  `json:"status,omitempty"`
		Theme    string         `json:"theme,omitempty" values:"light|dark"`
	}

	// ListViewItem is a row of a ListView.
	ListViewItem struct {
		Mark
		Children      []Component   `json:"children"`
		OnClickAction *ActionConfig `json:"onClickAction,omitempty"`
		Gap           any           `json:"gap,omitempty" is:"number|text"`
		Align         string        `json:"align,omitempty" values:"start|center|end|baseline|stretch"`
	}

	// Basic is a root without a look of its own. Other roots may stand in it.
	Basic struct {
		Mark
		Children  []Element `json:"children"`
		Direction string    `json:"direction,omitempty" values:"row|col"`
		Theme     string    `json:"theme,omitempty" values:"light|dark"`
		Gap       any       `json:"gap,omitempty" is:"number|text"`
		Padding   any       `json:"padding,omitempty" is:"number|text|Spacing"`
		Align     string    `json:"align,omitempty" values:"start|center|end|baseline|stretch"`
		Justify   string    `json:"justify,omitempty" values:"start|center|end|between|around|evenly|stretch"`
	}

	// WidgetStatus heads a Card or ListView: a text with an icon or a favicon.
	WidgetStatus struct {
		Text    string `json:"text"`
		Icon    string `json:"icon,omitempty" is:"widget icon"`
		Favicon string `json:"favicon,omitempty"`
		Frame   bool   `json:"frame,omitempty"`
	}

	// CardAction is a button in a Card's foot.
	CardAction struct {
		Label  string       `json:"label"`
		Action ActionConfig `json:"action"`
	}

	// ActionConfig is what a click sends. Empty fields have the defaults: handler server, loadingBehavior auto, and
	// streaming when nil.
	ActionConfig struct {
		Type            string         `json:"type"`
		Payload         map[string]any `json:"payload,omitempty"`
		Handler         string         `json:"handler,omitempty" values:"server|client"`
		LoadingBehavior string         `json:"loadingBehavior,omitempty" values:"auto|none|self|container"`
		Streaming       *bool          `json:"streaming,omitempty"`
	}
)

// The types on the wire.
func (Card) ElementType() string         { return "Card" }
func (ListView) ElementType() string     { return "ListView" }
func (ListViewItem) ElementType() string { return "ListViewItem" }
func (Basic) ElementType() string        { return "Basic" }

func (Card) root()     {}
func (ListView) root() {}
func (Basic) root()    {}

// MarshalJSON adds the type, and children always.
func (c Card) MarshalJSON() ([]byte, error) {
	type fields Card
	c.Children = list(c.Children)
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type, and children always.
func (l ListView) MarshalJSON() ([]byte, error) {
	type fields ListView
	l.Children = list(l.Children)
	return tagged(l.ElementType(), fields(l))
}

// MarshalJSON adds the type, and children always.
func (i ListViewItem) MarshalJSON() ([]byte, error) {
	type fields ListViewItem
	i.Children = list(i.Children)
	return tagged(i.ElementType(), fields(i))
}

// MarshalJSON adds the type, and children always.
func (b Basic) MarshalJSON() ([]byte, error) {
	type fields Basic
	b.Children = list(b.Children)
	return tagged(b.ElementType(), fields(b))
}
