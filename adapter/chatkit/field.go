package chatkit

type (
	// Input is a field of one line.
	Input struct {
		Mark
		Name                    string `json:"name"`
		InputType               string `json:"inputType,omitempty" values:"number|email|text|password|tel|url"`
		DefaultValue            string `json:"defaultValue,omitempty"`
		Required                bool   `json:"required,omitempty"`
		Pattern                 string `json:"pattern,omitempty"`
		Placeholder             string `json:"placeholder,omitempty"`
		AllowAutofillExtensions bool   `json:"allowAutofillExtensions,omitempty"`
		AutoSelect              bool   `json:"autoSelect,omitempty"`
		AutoFocus               bool   `json:"autoFocus,omitempty"`
		Disabled                bool   `json:"disabled,omitempty"`
		Variant                 string `json:"variant,omitempty" values:"soft|outline"`
		Size                    string `json:"size,omitempty" values:"3xs|2xs|xs|sm|md|lg|xl|2xl|3xl"`
		GutterSize              string `json:"gutterSize,omitempty" values:"2xs|xs|sm|md|lg|xl"`
		Pill                    bool   `json:"pill,omitempty"`
	}

	// Textarea is a field of several lines.
	Textarea struct {
		Mark
		Name                    string `json:"name"`
		DefaultValue            string `json:"defaultValue,omitempty"`
		Required                bool   `json:"required,omitempty"`
		Pattern                 string `json:"pattern,omitempty"`
		Placeholder             string `json:"placeholder,omitempty"`
		AllowAutofillExtensions bool   `json:"allowAutofillExtensions,omitempty"`
		AutoSelect              bool   `json:"autoSelect,omitempty"`
		AutoFocus               bool   `json:"autoFocus,omitempty"`
		Disabled                bool   `json:"disabled,omitempty"`
		Variant                 string `json:"variant,omitempty" values:"soft|outline"`
		Size                    string `json:"size,omitempty" values:"3xs|2xs|xs|sm|md|lg|xl|2xl|3xl"`
		GutterSize              string `json:"gutterSize,omitempty" values:"2xs|xs|sm|md|lg|xl"`
		Rows                    int    `json:"rows,omitempty"`
		AutoResize              bool   `json:"autoResize,omitempty"`
		MaxRows                 int    `json:"maxRows,omitempty"`
	}

	// Select is a choice in a menu.
	Select struct {
		Mark
		Name           string        `json:"name"`
		Options        []Option      `json:"options"`
		OnChangeAction *ActionConfig `json:"onChangeAction,omitempty"`
		Placeholder    string        `json:"placeholder,omitempty"`
		DefaultValue   string        `json:"defaultValue,omitempty"`
		Variant        string        `json:"variant,omitempty" values:"solid|soft|outline|ghost"`
		Size           string        `json:"size,omitempty" values:"3xs|2xs|xs|sm|md|lg|xl|2xl|3xl"`
		Pill           bool          `json:"pill,omitempty"`
		Block          bool          `json:"block,omitempty"`
		Clearable      bool          `json:"clearable,omitempty"`
		Disabled       bool          `json:"disabled,omitempty"`
	}

	// Option is a choice of a Select.
	Option struct {
		Value string `json:"value"`
		Label string `json:"label"`
	}

	// DatePicker is a date. Its times are ISO 8601.
	DatePicker struct {
		Mark
		Name           string        `json:"name"`
		OnChangeAction *ActionConfig `json:"onChangeAction,omitempty"`
		Placeholder    string        `json:"placeholder,omitempty"`
		DefaultValue   string        `json:"defaultValue,omitempty" is:"date"`
		Min            string        `json:"min,omitempty" is:"date"`
		Max            string        `json:"max,omitempty" is:"date"`
		Variant        string        `json:"variant,omitempty" values:"solid|soft|outline|ghost"`
		Size           string        `json:"size,omitempty" values:"3xs|2xs|xs|sm|md|lg|xl|2xl|3xl"`
		Side           string        `json:"side,omitempty" values:"top|bottom|left|right"`
		Align          string        `json:"align,omitempty" values:"start|center|end"`
		Pill           bool          `json:"pill,omitempty"`
		Block          bool          `json:"block,omitempty"`
		Clearable      bool          `json:"clearable,omitempty"`
		Disabled       bool          `json:"disabled,omitempty"`
	}

	// Checkbox is yes or no.
	Checkbox struct {
		Mark
		Name           string        `json:"name"`
		Label          string        `json:"label,omitempty"`
		DefaultChecked bool          `json:"defaultChecked,omitempty"`
		OnChangeAction *ActionConfig `json:"onChangeAction,omitempty"`
		Disabled       bool          `json:"disabled,omitempty"`
		Required       bool          `json:"required,omitempty"`
	}

	// RadioGroup is a choice with all its options in sight.
	RadioGroup struct {
		Mark
		Name           string        `json:"name"`
		Options        []RadioOption `json:"options,omitempty"`
		AriaLabel      string        `json:"ariaLabel,omitempty"`
		OnChangeAction *ActionConfig `json:"onChangeAction,omitempty"`
		DefaultValue   string        `json:"defaultValue,omitempty"`
		Direction      string        `json:"direction,omitempty" values:"row|col"`
		Disabled       bool          `json:"disabled,omitempty"`
		Required       bool          `json:"required,omitempty"`
	}

	// RadioOption is a choice of a RadioGroup.
	RadioOption struct {
		Label    string `json:"label"`
		Value    string `json:"value"`
		Disabled bool   `json:"disabled,omitempty"`
	}

	// Label names the field FieldName.
	Label struct {
		Mark
		Value     string `json:"value"`
		FieldName string `json:"fieldName"`
		Size      string `json:"size,omitempty" values:"xs|sm|md|lg|xl"`
		Weight    string `json:"weight,omitempty" values:"normal|medium|semibold|bold"`
		TextAlign string `json:"textAlign,omitempty" values:"start|center|end"`
		Color     any    `json:"color,omitempty" is:"text|ThemeColor"`
	}
)

// The types on the wire.
func (Input) ElementType() string      { return "Input" }
func (Textarea) ElementType() string   { return "Textarea" }
func (Select) ElementType() string     { return "Select" }
func (DatePicker) ElementType() string { return "DatePicker" }
func (Checkbox) ElementType() string   { return "Checkbox" }
func (RadioGroup) ElementType() string { return "RadioGroup" }
func (Label) ElementType() string      { return "Label" }

func (Input) component()      {}
func (Textarea) component()   {}
func (Select) component()     {}
func (DatePicker) component() {}
func (Checkbox) component()   {}
func (RadioGroup) component() {}
func (Label) component()      {}

// MarshalJSON adds the type.
func (c Input) MarshalJSON() ([]byte, error) {
	type fields Input
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Textarea) MarshalJSON() ([]byte, error) {
	type fields Textarea
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type, and options always.
func (c Select) MarshalJSON() ([]byte, error) {
	type fields Select
	c.Options = list(c.Options)
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c DatePicker) MarshalJSON() ([]byte, error) {
	type fields DatePicker
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Checkbox) MarshalJSON() ([]byte, error) {
	type fields Checkbox
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c RadioGroup) MarshalJSON() ([]byte, error) {
	type fields RadioGroup
	return tagged(c.ElementType(), fields(c))
}

// MarshalJSON adds the type.
func (c Label) MarshalJSON() ([]byte, error) {
	type fields Label
	return tagged(c.ElementType(), fields(c))
}
