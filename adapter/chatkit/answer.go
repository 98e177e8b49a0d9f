package chatkit

type (
	// ActionAnswer answers a SyncCustomAction: the item that the person clicked in, when it changed.
	ActionAnswer struct {
		UpdatedItem Item `json:"updated_item,omitempty"`
	}

	// Transcription answers a Transcribe.
	Transcription struct {
		Text string `json:"text"`
	}

	// Nothing answers requests that need no more than an answer: {}.
	Nothing struct{}
)
