package chatkit

type (
	// Text shows plain text; no markup in it means anything.
	Text struct {
		Mark
		Value       string    `json:"value"`
		Streaming   bool      `json:"streaming,omitempty"`
		Italic      bool      `json:"italic,omitempty"`
		LineThrough bool      `json:"lineThrough,omitempty"`
		Color       any       `json:"color,omitempty" is:"text|ThemeColor"` // string or ThemeColor
		Weight      string    `json:"weight,omitempty" values:"normal|medium|semibold|bold"`
		Width       any       `json:"width,omitempty" is:"number|text"`
		Size        string    `json:"size,omitempty" values:"xs|sm|md|lg|xl"` // xs, sm, md, lg, xl
		TextAlign   string    `json:"textAlign,omitempty" values:"start|center|end"`
		Truncate    bool      `json:"truncate,omitempty"`
		MinLines    int       `json:"minLines,omitempty"`
		MaxLines    int       `json:"maxLines,omitempty"`
		Editable    *Editable `json:"editable,omitempty" is:"flag|Editable"`
	}

	// Editable makes a Text a field of a form.
	Editable struct {
		Name                    string `json:"name"`
		AutoFocus               bool   `json:"autoFocus,omitempty"`
		AutoSelect              bool   `json:"autoSelect,omitempty"`
		AutoComplete            string `json:"autoComplete,omitempty"`
		AllowAutofillExtensions bool   `json:"allowAutofillExtensions,omitempty"`
		Pattern                 string `json:"pattern,omitempty"`
		Placeholder             string `json:"placeholder,omitempty"`
		Required                bool   `json:"required,omitempty"`
	}

	// Title is a heading. Size goes from sm to 5xl.
	Title struct {
		Mark
		Value     string `json:"value"`
		Color     any    `json:"color,omitempty" is:"text|ThemeColor"`
		Weight    string `json:"weight,omitempty" values:"normal|medium|semibold|bold"`
		Size      string `json:"size,omitempty" values:"sm|md|lg|xl|2xl|3xl|4xl|5xl"`
		TextAlign string `json:"textAlign,omitempty" values:"start|center|end"`
		Truncate  bool   `json:"truncate,omitempty"`
		MaxLines  int    `json:"maxLines,omitempty"`
	}

	// Caption is small text. Size is sm, md or lg.
	Caption struct {
		Mark
		Value     string `json:"value"`
		Color     any    `json:"color,omitempty" is:"text|ThemeColor"`
		Weight    string `json:"weight,omitempty" values:"normal|medium|semibold|bold"`
		Size      string `json:"size,omitempty" values:"sm|md|lg"`
		TextAlign string `json:"textAlign,omitempty" values:"start|center|end"`
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
		Color   string `json:"color,omitempty" values:"secondary|success|danger|warning|info|discovery"`
		Variant string `json:"variant,omitempty" values:"solid|soft|outline"`
		Size    string `json:"size,omitempty" values:"sm|md|lg"` // sm, md, lg
		Pill    bool   `json:"pill,omitempty"`
	}

	// Icon shows one of ChatKit's icons.
	Icon struct {
		Mark
		Name  string `json:"name" is:"widget icon"`
		Color any    `json:"color,omitempty" is:"text|ThemeColor"`
		Size  string `json:"size,omitempty" values:"xs|sm|md|lg|xl|2xl|3xl"`
	}

	// Image shows a picture.
	Image struct {
		Mark
		Src         string `json:"src"`
		Alt         string `json:"alt,omitempty"`
		Frame       bool   `json:"frame,omitempty"`
		Fit         string `json:"fit,omitempty" values:"cover|contain|fill|scale-down|none"`
		Position    string `json:"position,omitempty" values:"top left|top|top right|left|center|right|bottom left|bottom|bottom right"`
		Flush       bool   `json:"flush,omitempty"`
		Height      any    `json:"height,omitempty" is:"number|text"`
		Width       any    `json:"width,omitempty" is:"number|text"`
		Size        any    `json:"size,omitempty" is:"number|text"`
		MinHeight   any    `json:"minHeight,omitempty" is:"number|text"`
		MinWidth    any    `json:"minWidth,omitempty" is:"number|text"`
		MinSize     any    `json:"minSize,omitempty" is:"number|text"`
		MaxHeight   any    `json:"maxHeight,omitempty" is:"number|text"`
		MaxWidth    any    `json:"maxWidth,omitempty" is:"number|text"`
		MaxSize     any    `json:"maxSize,omitempty" is:"number|text"`
		AspectRatio any    `json:"aspectRatio,omitempty" is:"number|text"`
		Margin      any    `json:"margin,omitempty" is:"number|text|Spacing"`
		Radius      string `json:"radius,omitempty" values:"2xs|xs|sm|md|lg|xl|2xl|3xl|4xl|full|100%|none"`
	}

	// Button sends an action, or with Submit the form that it stands in.
	Button struct {
		Mark
		Submit        bool          `json:"submit,omitempty"`
		Label         string        `json:"label,omitempty"`
		OnClickAction *ActionConfig `json:"onClickAction,omitempty"`
		IconStart     string        `json:"iconStart,omitempty" is:"widget icon"`
		IconEnd       string        `json:"iconEnd,omitempty" is:"widget icon"`
		Style         string        `json:"style,omitempty" values:"primary|secondary"`
		IconSize      string        `json:"iconSize,omitempty" values:"sm|md|lg|xl|2xl"`
		Color         string        `json:"color,omitempty" values:"primary|secondary|info|discovery|success|caution|warning|danger"`
		Variant       string        `json:"variant,omitempty" values:"solid|soft|outline|ghost"`
		Size          string        `json:"size,omitempty" values:"3xs|2xs|xs|sm|md|lg|xl|2xl|3xl"` // 3xs to 3xl
		Pill          bool          `json:"pill,omitempty"`
		Uniform       bool          `json:"uniform,omitempty"`
		Block         bool          `json:"block,omitempty"`
		Disabled      bool          `json:"disabled,omitempty"`
	}
)

// The types on the wire.
func (Text) ElementType() string     { return "Text" }
func (Title) ElementType() string    { return "Title" }
func (Caption) ElementType() string  { return "Caption" }
func (Markdown) ElementType() string { return "Markdown" }
func (Badge) ElementType() string    { return "Badge" }
func (Icon) ElementType() string     { return "Icon" }
func (Image) ElementType() string    { return "Image" }
func (Button) ElementType() string   { return "Button" }

func (Text) component()     {}
func (Title) component()    {}
func (Caption) component()  {}
func (Markdown) component() {}
func (Badge) component()    {}
func (Icon) component()     {}
func (Image) component()    {}
func (Button) component()   {}

// MarshalJSON adds the type.
func (c Text) MarshalJSON() ([]byte, error) {
	type fields Text
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Title) MarshalJSON() ([]byte, error) {
	type fields Title
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Caption) MarshalJSON() ([]byte, error) {
	type fields Caption
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Markdown) MarshalJSON() ([]byte, error) {
	type fields Markdown
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Badge) MarshalJSON() ([]byte, error) {
	type fields Badge
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Icon) MarshalJSON() ([]byte, error) {
	type fields Icon
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Image) MarshalJSON() ([]byte, error) {
	type fields Image
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Button) MarshalJSON() ([]byte, error) {
	type fields Button
	return tagged(c.ElementType(), fields(c))
}
