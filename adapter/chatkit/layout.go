package chatkit

// Layout is what the components that hold others share. What is any here is a number or a CSS string, and where it says
// so something else.
type Layout struct {
	Children    []Component `json:"children,omitempty"`
	Align       string      `json:"align,omitempty"`   // start, center, end, baseline, stretch
	Justify     string      `json:"justify,omitempty"` // start, center, end, between, around, evenly, stretch
	Wrap        string      `json:"wrap,omitempty"`    // nowrap, wrap, wrap-reverse
	Flex        any         `json:"flex,omitempty"`
	Gap         any         `json:"gap,omitempty"`
	Padding     any         `json:"padding,omitempty"`    // or Spacing
	Background  any         `json:"background,omitempty"` // string or ThemeColor
	Height      any         `json:"height,omitempty"`
	Width       any         `json:"width,omitempty"`
	Size        any         `json:"size,omitempty"`
	MinHeight   any         `json:"minHeight,omitempty"`
	MinWidth    any         `json:"minWidth,omitempty"`
	MinSize     any         `json:"minSize,omitempty"`
	MaxHeight   any         `json:"maxHeight,omitempty"`
	MaxWidth    any         `json:"maxWidth,omitempty"`
	MaxSize     any         `json:"maxSize,omitempty"`
	AspectRatio any         `json:"aspectRatio,omitempty"`
	Radius      string      `json:"radius,omitempty"`
	Margin      any         `json:"margin,omitempty"` // or Spacing
}

type (
	// Box holds components in a row or column.
	Box struct {
		Mark
		Layout
		Direction string `json:"direction,omitempty"` // row, col
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
		Direction      string        `json:"direction,omitempty"`
	}

	// Spacer fills the room between its siblings.
	Spacer struct {
		Mark
		MinSize any `json:"minSize,omitempty"`
	}

	// Divider is a line.
	Divider struct {
		Mark
		Color   any  `json:"color,omitempty"` // string or ThemeColor
		Size    any  `json:"size,omitempty"`
		Spacing any  `json:"spacing,omitempty"`
		Flush   bool `json:"flush,omitempty"`
	}

	// Transition animates a change of its child.
	Transition struct {
		Mark
		Children Component `json:"children"`
	}
)

func (Box) componentType() string        { return "Box" }
func (Row) componentType() string        { return "Row" }
func (Col) componentType() string        { return "Col" }
func (Form) componentType() string       { return "Form" }
func (Spacer) componentType() string     { return "Spacer" }
func (Divider) componentType() string    { return "Divider" }
func (Transition) componentType() string { return "Transition" }

// MarshalJSON adds the type.
func (c Box) MarshalJSON() ([]byte, error) {
	type fields Box
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Row) MarshalJSON() ([]byte, error) {
	type fields Row
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Col) MarshalJSON() ([]byte, error) {
	type fields Col
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Form) MarshalJSON() ([]byte, error) {
	type fields Form
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Spacer) MarshalJSON() ([]byte, error) {
	type fields Spacer
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Divider) MarshalJSON() ([]byte, error) {
	type fields Divider
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Transition) MarshalJSON() ([]byte, error) {
	type fields Transition
	return tagged(c.componentType(), fields(c))
}
