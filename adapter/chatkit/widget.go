package chatkit

// Root is the outermost part of a widget: Card, ListView or Basic.
type Root interface{ rootType() string }

// Component is a part inside a widget. A ListView is a root and no component, so it never stands inside a Card; a
// ListViewItem stands only in a ListView.
type Component interface{ componentType() string }

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
		Background any           `json:"background,omitempty"` // string or ThemeColor
		Size       string        `json:"size,omitempty"`       // sm, md, lg, full
		Padding    any           `json:"padding,omitempty"`    // number, string or Spacing
		Status     *WidgetStatus `json:"status,omitempty"`
		Collapsed  bool          `json:"collapsed,omitempty"`
		Confirm    *CardAction   `json:"confirm,omitempty"`
		Cancel     *CardAction   `json:"cancel,omitempty"`
		Theme      string        `json:"theme,omitempty"` // light, dark
	}

	// ListView is a list of rows. Limit is a number of rows or auto.
	ListView struct {
		Mark
		Children []ListViewItem `json:"children"`
		Limit    any            `json:"limit,omitempty"`
		Status   *WidgetStatus  `json:"status,omitempty"`
		Theme    string         `json:"theme,omitempty"`
	}

	// ListViewItem is a row of a ListView.
	ListViewItem struct {
		Mark
		Children      []Component   `json:"children"`
		OnClickAction *ActionConfig `json:"onClickAction,omitempty"`
		Gap           any           `json:"gap,omitempty"`
		Align         string        `json:"align,omitempty"`
	}

	// Basic is a root without a look of its own.
	Basic struct {
		Mark
		Children  []Component `json:"children"`
		Direction string      `json:"direction,omitempty"` // row, col
		Theme     string      `json:"theme,omitempty"`
		Gap       any         `json:"gap,omitempty"`
		Padding   any         `json:"padding,omitempty"`
		Align     string      `json:"align,omitempty"`
		Justify   string      `json:"justify,omitempty"`
	}

	// WidgetStatus heads a Card or ListView: a text with an icon or a favicon.
	WidgetStatus struct {
		Text    string `json:"text"`
		Icon    string `json:"icon,omitempty"`
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
		Handler         string         `json:"handler,omitempty"`
		LoadingBehavior string         `json:"loadingBehavior,omitempty"`
		Streaming       *bool          `json:"streaming,omitempty"`
	}

	// ThemeColor is a color for each theme.
	ThemeColor struct {
		Dark  string `json:"dark"`
		Light string `json:"light"`
	}

	// Spacing is a number or a CSS string for each side.
	Spacing struct {
		Top    any `json:"top,omitempty"`
		Right  any `json:"right,omitempty"`
		Bottom any `json:"bottom,omitempty"`
		Left   any `json:"left,omitempty"`
		X      any `json:"x,omitempty"`
		Y      any `json:"y,omitempty"`
	}
)

func (Card) rootType() string     { return "Card" }
func (ListView) rootType() string { return "ListView" }
func (Basic) rootType() string    { return "Basic" }

// MarshalJSON adds the type, and children always.
func (c Card) MarshalJSON() ([]byte, error) {
	type fields Card
	c.Children = list(c.Children)
	return tagged(c.rootType(), fields(c))
}

// MarshalJSON adds the type, and children always.
func (l ListView) MarshalJSON() ([]byte, error) {
	type fields ListView
	l.Children = list(l.Children)
	return tagged(l.rootType(), fields(l))
}

// MarshalJSON adds the type, and children always.
func (i ListViewItem) MarshalJSON() ([]byte, error) {
	type fields ListViewItem
	i.Children = list(i.Children)
	return tagged("ListViewItem", fields(i))
}

// MarshalJSON adds the type, and children always.
func (b Basic) MarshalJSON() ([]byte, error) {
	type fields Basic
	b.Children = list(b.Children)
	return tagged(b.rootType(), fields(b))
}
