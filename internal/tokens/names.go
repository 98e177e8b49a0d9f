package tokens

import "time"

// The names of the processes, as issuers and audiences of hop tokens.
const (
	HopAdapter    = "taskpilot-adapter"    // issuer of what the adapter signs
	HopChatcore   = "taskpilot-chatcore"   // audience of the adapter's hop tokens, issuer of what chatcore signs
	HopToolserver = "taskpilot-toolserver" // audience of chatcore's hop tokens

	// SessionAudience is the audience of ChatKit session secrets. Their issuer is HopAdapter.
	SessionAudience = "taskpilot-chatkit"

	// ScopeModerate lets a caller lock, close and reopen a conversation. No hop token carries a scope: what a user may do
	// through the adapter is what any user may.
	ScopeModerate = "conversations:moderate"

	// HopLifetime is how long a hop token may be used: it is minted for one request and checked when that is accepted.
	HopLifetime = 60 * time.Second
)
