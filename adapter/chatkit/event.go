package chatkit

import "errors"

// Event is one event of a stream: one of the types of this file.
type Event interface{ EventType() string }

type (
	// ThreadCreated announces a new thread.
	ThreadCreated struct {
		Thread Thread `json:"thread"`
	}

	// ThreadUpdated has a thread after it changed, for example its title.
	ThreadUpdated struct {
		Thread Thread `json:"thread"`
	}

	// ItemAdded announces an item that is not final yet.
	ItemAdded struct {
		Item Item `json:"item"`
	}

	// ItemUpdated changes an item that was added.
	ItemUpdated struct {
		ItemID string `json:"item_id"`
		Update Update `json:"update"`
	}

	// ItemDone has an item as it is stored.
	ItemDone struct {
		Item Item `json:"item"`
	}

	// ItemRemoved takes an item away.
	ItemRemoved struct {
		ItemID string `json:"item_id"`
	}

	// ItemReplaced has a newer state of an item that was done.
	ItemReplaced struct {
		Item Item `json:"item"`
	}

	// StreamOptions tells the page how to show the stream; AllowCancel shows the Stop button.
	StreamOptions struct {
		AllowCancel bool `json:"allow_cancel"`
	}

	// ProgressUpdate says what is being done. It is not stored.
	ProgressUpdate struct {
		Text string `json:"text"`
		Icon string `json:"icon,omitempty" is:"icon"`
	}

	// ClientEffect asks the page to do something. It is not stored.
	ClientEffect struct {
		Name string         `json:"name"`
		Data map[string]any `json:"data"`
	}

	// Notice is a word beside the conversation. Level is info, warning or danger; Message is Markdown.
	Notice struct {
		Level   string `json:"level" values:"info|warning|danger"`
		Message string `json:"message"`
		Title   string `json:"title,omitempty"`
	}

	// Error ends a stream that went wrong. With a message its code is custom and the page shows the message word for
	// word; without one it is stream.error.
	Error struct {
		Code       string `json:"code" values:"custom|stream.error"` // filled in
		Message    string `json:"message,omitempty"`
		AllowRetry bool   `json:"allow_retry"`
	}
)

// The events' types on the wire.
func (ThreadCreated) EventType() string  { return "thread.created" }
func (ThreadUpdated) EventType() string  { return "thread.updated" }
func (ItemAdded) EventType() string      { return "thread.item.added" }
func (ItemUpdated) EventType() string    { return "thread.item.updated" }
func (ItemDone) EventType() string       { return "thread.item.done" }
func (ItemRemoved) EventType() string    { return "thread.item.removed" }
func (ItemReplaced) EventType() string   { return "thread.item.replaced" }
func (StreamOptions) EventType() string  { return "stream_options" }
func (ProgressUpdate) EventType() string { return "progress_update" }
func (ClientEffect) EventType() string   { return "client_effect" }
func (Notice) EventType() string         { return "notice" }
func (Error) EventType() string          { return "error" }

// errNoItem says that an event was made without what it is about.
var errNoItem = errors.New("an event of an item needs the item")

func withItem(kind string, item Item) ([]byte, error) {
	if item == nil {
		return nil, errNoItem
	}
	return tagged(kind, struct {
		Item Item `json:"item"`
	}{item})
}

// MarshalJSON adds the type.
func (e ThreadCreated) MarshalJSON() ([]byte, error) {
	type fields ThreadCreated
	return tagged(e.EventType(), fields(e))
}

// MarshalJSON adds the type.
func (e ThreadUpdated) MarshalJSON() ([]byte, error) {
	type fields ThreadUpdated
	return tagged(e.EventType(), fields(e))
}

// MarshalJSON adds the type.
func (e ItemAdded) MarshalJSON() ([]byte, error) { return withItem(e.EventType(), e.Item) }

// MarshalJSON adds the type.
func (e ItemDone) MarshalJSON() ([]byte, error) { return withItem(e.EventType(), e.Item) }

// MarshalJSON adds the type.
func (e ItemReplaced) MarshalJSON() ([]byte, error) { return withItem(e.EventType(), e.Item) }

// MarshalJSON adds the type.
func (e ItemUpdated) MarshalJSON() ([]byte, error) {
	type fields ItemUpdated
	return tagged(e.EventType(), fields(e))
}

// MarshalJSON adds the type.
func (e ItemRemoved) MarshalJSON() ([]byte, error) {
	type fields ItemRemoved
	return tagged(e.EventType(), fields(e))
}

// MarshalJSON nests the options, as the wire wants them.
func (e StreamOptions) MarshalJSON() ([]byte, error) {
	return tagged(e.EventType(), e.wire())
}

func (e StreamOptions) wire() any {
	type options StreamOptions
	return struct {
		Options options `json:"stream_options"`
	}{options(e)}
}

// MarshalJSON adds the type.
func (e ProgressUpdate) MarshalJSON() ([]byte, error) {
	type fields ProgressUpdate
	return tagged(e.EventType(), fields(e))
}

// MarshalJSON writes data always.
func (e ClientEffect) MarshalJSON() ([]byte, error) {
	type fields ClientEffect
	e.Data = object(e.Data)
	return tagged(e.EventType(), fields(e))
}

// MarshalJSON adds the type.
func (e Notice) MarshalJSON() ([]byte, error) {
	type fields Notice
	return tagged(e.EventType(), fields(e))
}

// MarshalJSON adds type and code.
func (e Error) MarshalJSON() ([]byte, error) {
	type fields Error
	e.Code = "custom"
	if e.Message == "" {
		e.Code = "stream.error"
	}
	return tagged(e.EventType(), fields(e))
}
