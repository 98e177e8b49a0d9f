package api

import "encoding/json"

// Limits of what a tool shows beside its result.
const (
	MaxAnnotations = 20
	MaxShownText   = 1000 // characters of one text
	MaxShownURL    = 2000 // bytes
)

// Shows is what a tool wants people to see beside its result. The model is not told of it. chatcore has checked sizes,
// addresses and types; texts are a tool's, and mean nothing as Markdown.
type Shows struct {
	Annotations []Source    `json:"annotations,omitempty"` // of the answer's next text
	Image       *ShownImage `json:"image,omitempty"`
	EndOfTurn   bool        `json:"end_of_turn,omitempty"` // the model was not asked again
}

// ShownImage is an image that a tool made. URL is absolute, http or https.
type ShownImage struct {
	ID  string `json:"id,omitempty"`
	URL string `json:"url"`
}

// Types of a Source.
const (
	SourceURL    = "url"    // URL
	SourceFile   = "file"   // Filename
	SourceEntity = "entity" // ID: something that the page knows
)

// Source is where something comes from.
type Source struct {
	Type        string          `json:"type"`
	Title       string          `json:"title"`
	Description string          `json:"description,omitempty"`
	Timestamp   string          `json:"timestamp,omitempty"`
	Group       string          `json:"group,omitempty"`
	URL         string          `json:"url,omitempty"` // absolute, http or https
	Attribution string          `json:"attribution,omitempty"`
	Filename    string          `json:"filename,omitempty"`
	ID          string          `json:"id,omitempty"`
	Icon        string          `json:"icon,omitempty"`
	Label       string          `json:"label,omitempty"`
	InlineLabel string          `json:"inline_label,omitempty"`
	Interactive bool            `json:"interactive,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"` // an object
}
