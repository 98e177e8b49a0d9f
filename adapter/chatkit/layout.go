package chatkit

// Layout is what the components that hold others share. Text in an any is CSS.
type Layout struct {
	Children    []Component `json:"children,omitempty"`
	Align       string      `json:"align,omitempty" values:"start|center|end|baseline|stretch"` // start, center, end, baseline, stretch
	Justify     string      `json:"justify,omitempty" values:"start|center|end|between|around|evenly|stretch"`
	Wrap        string      `json:"wrap,omitempty" values:"nowrap|wrap|wrap-reverse"` // nowrap, wrap, wrap-reverse
	Flex        any         `json:"flex,omitempty" is:"number|text"`
	Gap         any         `json:"gap,omitempty" is:"number|text"`
	Padding     any         `json:"padding,omitempty" is:"number|text|Spacing"` // or Spacing
	Border      any         `json:"border,omitempty" is:"whole|Border|Borders"`
	Background  any         `json:"background,omitempty" is:"text|ThemeColor"`
	Height      any         `json:"height,omitempty" is:"number|text"`
	Width       any         `json:"width,omitempty" is:"number|text"`
	Size        any         `json:"size,omitempty" is:"number|text"`
	MinHeight   any         `json:"minHeight,omitempty" is:"number|text"`
	MinWidth    any         `json:"minWidth,omitempty" is:"number|text"`
	MinSize     any         `json:"minSize,omitempty" is:"number|text"`
	MaxHeight   any         `json:"maxHeight,omitempty" is:"number|text"`
	MaxWidth    any         `json:"maxWidth,omitempty" is:"number|text"`
	MaxSize     any         `json:"maxSize,omitempty" is:"number|text"`
	AspectRatio any         `json:"aspectRatio,omitempty" is:"number|text"`
	Radius      string      `json:"radius,omitempty" values:"2xs|xs|sm|md|lg|xl|2xl|3xl|4xl|full|100%|none"`
	Margin      any         `json:"margin,omitempty" is:"number|text|Spacing"`
}

type (
	// Box holds components in a row or column.
	Box struct {
		Mark
		Layout
		Direction string `json:"direction,omitempty" values:"row|col"`
	}

	// Row holds components side by side.
	Row struct {
		Mark
		Layout
	}

	// Col holds components one below the other.
	Col struct {
		Mark
		Layout
	}

	// Form sends the fields in it with its action.
	Form struct {
		Mark
		Layout
		OnSubmitAction *ActionConfig `json:"onSubmitAction,omitempty"`
		Direction      string        `json:"direction,omitempty" values:"row|col"`
	}

	// Spacer fills the room between its siblings.
	Spacer struct {
		Mark
		MinSize any `json:"minSize,omitempty" is:"number|text"`
	}

	// Divider is a line.
	Divider struct {
		Mark
		Color   any  `json:"color,omitempty" is:"text|ThemeColor"`
		Size    any  `json:"size,omitempty" is:"number|text"`
		Spacing any  `json:"spacing,omitempty" is:"number|text"`
		Flush   bool `json:"flush,omitempty"`
	}

	// Transition animates a change of its child.
	Transition struct {
		Mark
		Children Component `json:"children"`
	}
)

// The types on the wire.
func (Box) ElementType() string        { return "Box" }
func (Row) ElementType() string        { return "Row" }
func (Col) ElementType() string        { return "Col" }
func (Form) ElementType() string       { return "Form" }
func (Spacer) ElementType() string     { return "Spacer" }
func (Divider) ElementType() string    { return "Divider" }
func (Transition) ElementType() string { return "Transition" }

func (Box) component()        {}
func (Row) component()        {}
func (Col) component()        {}
func (Form) component()       {}
func (Spacer) component()     {}
func (Divider) component()    {}
func (Transition) component() {}

// MarshalJSON adds the type.
func (c Box) MarshalJSON() ([]byte, error) {
	type fields Box
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Row) MarshalJSON() ([]byte, error) {
	type fields Row
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Col) MarshalJSON() ([]byte, error) {
	type fields Col
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Form) MarshalJSON() ([]byte, error) {
	type fields Form
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Spacer) MarshalJSON() ([]byte, error) {
	type fields Spacer
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Divider) MarshalJSON() ([]byte, error) {
	type fields Divider
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Transition) MarshalJSON() ([]byte, error) {
	type fields Transition
	return tagged(c.ElementType(), fields(c))
}
