package chatkit

type (
	// ThemeColor is a color for each theme.
	ThemeColor struct {
		Dark  string `json:"dark"`
		Light string `json:"light"`
	}

	// Spacing is a number or a CSS string for each side.
	Spacing struct {
		Top    any `json:"top,omitempty" is:"number|text"`
		Right  any `json:"right,omitempty" is:"number|text"`
		Bottom any `json:"bottom,omitempty" is:"number|text"`
		Left   any `json:"left,omitempty" is:"number|text"`
		X      any `json:"x,omitempty" is:"number|text"`
		Y      any `json:"y,omitempty" is:"number|text"`
	}

	// Border is a line around something. Size is in pixels.
	Border struct {
		Size  int    `json:"size"`
		Color any    `json:"color,omitempty" is:"text|ThemeColor"`
		Style string `json:"style,omitempty" values:"solid|dashed|dotted|double|groove|ridge|inset|outset"`
	}

	// Borders is a Border, or its size, for each side.
	Borders struct {
		Top    any `json:"top,omitempty" is:"whole|Border"`
		Right  any `json:"right,omitempty" is:"whole|Border"`
		Bottom any `json:"bottom,omitempty" is:"whole|Border"`
		Left   any `json:"left,omitempty" is:"whole|Border"`
		X      any `json:"x,omitempty" is:"whole|Border"`
		Y      any `json:"y,omitempty" is:"whole|Border"`
	}
)
