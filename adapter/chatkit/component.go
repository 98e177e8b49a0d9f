package chatkit

type (
	// Text shows plain text; no markup in it means anything.
	Text struct {
		Mark
		Value       string `json:"value"`
		Streaming   bool   `json:"streaming,omitempty"`
		Italic      bool   `json:"italic,omitempty"`
		LineThrough bool   `json:"lineThrough,omitempty"`
		Color       any    `json:"color,omitempty"`  // string or ThemeColor
		Weight      string `json:"weight,omitempty"` // normal, medium, semibold, bold
		Width       any    `json:"width,omitempty"`
		Size        string `json:"size,omitempty"`      // xs, sm, md, lg, xl
		TextAlign   string `json:"textAlign,omitempty"` // start, center, end
		Truncate    bool   `json:"truncate,omitempty"`
		MinLines    int    `json:"minLines,omitempty"`
		MaxLines    int    `json:"maxLines,omitempty"`
	}

	// Title is a heading. Size goes from sm to 5xl.
	Title struct {
		Mark
		Value     string `json:"value"`
		Color     any    `json:"color,omitempty"`
		Weight    string `json:"weight,omitempty"`
		Size      string `json:"size,omitempty"`
		TextAlign string `json:"textAlign,omitempty"`
		Truncate  bool   `json:"truncate,omitempty"`
		MaxLines  int    `json:"maxLines,omitempty"`
	}

	// Caption is small text. Size is sm, md or lg.
	Caption struct {
		Mark
		Value     string `json:"value"`
		Color     any    `json:"color,omitempty"`
		Weight    string `json:"weight,omitempty"`
		Size      string `json:"size,omitempty"`
		TextAlign string `json:"textAlign,omitempty"`
		Truncate  bool   `json:"truncate,omitempty"`
		MaxLines  int    `json:"maxLines,omitempty"`
	}

	// Markdown renders its value.
	Markdown struct {
		Mark
		Value     string `json:"value"`
		Streaming bool   `json:"streaming,omitempty"`
	}

	// Badge is a label in a colour: secondary, success, danger, warning, info or discovery.
	Badge struct {
		Mark
		Label   string `json:"label"`
		Color   string `json:"color,omitempty"`
		Variant string `json:"variant,omitempty"` // solid, soft, outline
		Size    string `json:"size,omitempty"`    // sm, md, lg
		Pill    bool   `json:"pill,omitempty"`
	}

	// Icon shows one of ChatKit's icons.
	Icon struct {
		Mark
		Name  string `json:"name"`
		Color any    `json:"color,omitempty"`
		Size  string `json:"size,omitempty"` // xs to 3xl
	}

	// Image shows a picture.
	Image struct {
		Mark
		Src         string `json:"src"`
		Alt         string `json:"alt,omitempty"`
		Frame       bool   `json:"frame,omitempty"`
		Fit         string `json:"fit,omitempty"`
		Position    string `json:"position,omitempty"`
		Flush       bool   `json:"flush,omitempty"`
		Height      any    `json:"height,omitempty"`
		Width       any    `json:"width,omitempty"`
		Size        any    `json:"size,omitempty"`
		MaxHeight   any    `json:"maxHeight,omitempty"`
		MaxWidth    any    `json:"maxWidth,omitempty"`
		AspectRatio any    `json:"aspectRatio,omitempty"`
		Radius      string `json:"radius,omitempty"`
	}

	// Button sends an action, or with Submit the form that it stands in.
	Button struct {
		Mark
		Submit        bool          `json:"submit,omitempty"`
		Label         string        `json:"label,omitempty"`
		OnClickAction *ActionConfig `json:"onClickAction,omitempty"`
		IconStart     string        `json:"iconStart,omitempty"`
		IconEnd       string        `json:"iconEnd,omitempty"`
		Style         string        `json:"style,omitempty"` // primary, secondary
		IconSize      string        `json:"iconSize,omitempty"`
		Color         string        `json:"color,omitempty"`
		Variant       string        `json:"variant,omitempty"` // solid, soft, outline, ghost
		Size          string        `json:"size,omitempty"`    // 3xs to 3xl
		Pill          bool          `json:"pill,omitempty"`
		Uniform       bool          `json:"uniform,omitempty"`
		Block         bool          `json:"block,omitempty"`
		Disabled      bool          `json:"disabled,omitempty"`
	}
)

func (Text) componentType() string     { return "Text" }
func (Title) componentType() string    { return "Title" }
func (Caption) componentType() string  { return "Caption" }
func (Markdown) componentType() string { return "Markdown" }
func (Badge) componentType() string    { return "Badge" }
func (Icon) componentType() string     { return "Icon" }
func (Image) componentType() string    { return "Image" }
func (Button) componentType() string   { return "Button" }

// MarshalJSON adds the type.
func (c Text) MarshalJSON() ([]byte, error) {
	type fields Text
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Title) MarshalJSON() ([]byte, error) {
	type fields Title
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Caption) MarshalJSON() ([]byte, error) {
	type fields Caption
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Markdown) MarshalJSON() ([]byte, error) {
	type fields Markdown
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Badge) MarshalJSON() ([]byte, error) {
	type fields Badge
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Icon) MarshalJSON() ([]byte, error) {
	type fields Icon
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Image) MarshalJSON() ([]byte, error) {
	type fields Image
	return tagged(c.componentType(), fields(c))
}

// MarshalJSON adds the type.
func (c Button) MarshalJSON() ([]byte, error) {
	type fields Button
	return tagged(c.componentType(), fields(c))
}
