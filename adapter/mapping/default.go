package mapping

import (
	"net/http"
	"time"
)

// Default is the three lines, and what is often found in the field.
func Default() Mapping {
	const conversations = "/api/{user_id}/conversations"
	const conversation = conversations + "/{conversation_id}"
	return Mapping{
		Token: Token{Header: "Authorization", Prefix: "Bearer "},
		Routes: Routes{
			Chat:          Route{Method: http.MethodPost, Path: "/api/{user_id}/chat"},
			Conversations: Route{Method: http.MethodGet, Path: conversations},
			Conversation:  Route{Method: http.MethodGet, Path: conversation},
			Rename:        Route{Method: http.MethodPatch, Path: conversation, Field: "title"},
			Delete:        Route{Method: http.MethodDelete, Path: conversation},
		},
		Request: Request{Content: "content", ConversationID: "conversation_id"},
		Answer: Answer{
			ConversationID: Names{"conversation_id"}, MessageID: Names{"message_id"}, Text: Names{"response"},
			ToolCalls: Names{"tool_calls"}, Status: Names{"status"}, Failed: []string{"error"},
		},
		Conversations: Conversations{
			List: Names{"", "data", "items", "conversations", "results"}, In: Names{""}, ID: Names{"id"}, Title: Names{"title"},
			CreatedAt: Names{"created_at"}, UpdatedAt: Names{"updated_at", "created_at"},
		},
		Messages: Messages{
			List: Names{"messages", "", "data", "items"}, ID: Names{"id"}, Role: Names{"role"}, Content: Names{"content"},
			ToolCalls: Names{"tool_calls"}, CreatedAt: Names{"created_at"},
			Person: []string{"user", "human"}, Assistant: []string{"assistant", "ai", "model", "bot"},
		},
		ToolCalls: ToolCalls{
			Name:       Names{"tool", "name", "tool_name", "function.name"},
			Parameters: Names{"parameters", "arguments", "args", "function.arguments", "input"},
			Result:     Names{"result", "output"}, Error: Names{"error"}, Status: Names{"status"},
		},
		Limits: Limits{Answer: Duration(5 * time.Minute), Read: Duration(15 * time.Second), ReadTries: 4, AnswerBytes: 32 << 20},
	}
}
