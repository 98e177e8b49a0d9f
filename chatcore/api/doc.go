// Package api is the chat API as Go types: what chatcore serves, and what the adapter and other services call.
//
// It holds the objects (Conversation, Message, Step, ToolCall), the events of a turn's stream with their codec and
// positions, the client, and the OpenAPI document. It needs the standard library only, and knows nothing of how chatcore
// works, so that anybody may import it.
package api
