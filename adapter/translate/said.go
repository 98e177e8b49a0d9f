package translate

import (
	"encoding/json"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
)

// Text is what the person said in one piece, tags as their text.
func Text(input chatkit.UserInput) string {
	var text string
	for _, part := range parts(input.Content) {
		text += part.Words()
	}
	return text
}

// Carry puts what the person said into a request. A plain text goes as one, for chat services that know nothing else.
func Carry(input chatkit.UserInput, into *api.ChatRequest) {
	into.Attachments = ParseAttachments(input.Attachments)
	into.Said = api.Said{QuotedText: input.QuotedText, Model: input.InferenceOptions.Model}
	if choice := input.InferenceOptions.ToolChoice; choice != nil {
		into.ToolChoice = choice.ID
	}
	if len(input.Content) == 1 {
		if plain, ok := input.Content[0].(chatkit.InputText); ok {
			into.Content = plain.Text
			return
		}
	}
	into.Parts = parts(input.Content)
}

func parts(content []chatkit.UserContent) []api.MessagePart {
	parts := make([]api.MessagePart, len(content))
	for i, part := range content {
		switch part := part.(type) {
		case chatkit.InputText:
			parts[i].Text = part.Text
		case chatkit.InputTag:
			parts[i].Tag = &api.Tag{ID: part.ID, Text: part.Text, Data: json.RawMessage(part.Data), Group: part.Group, Interactive: part.Interactive}
		}
	}
	return parts
}

// userContent is a message as the person sent it.
func userContent(m api.Message) []chatkit.UserContent {
	if len(m.Parts) == 0 && m.Content == "" {
		return nil // attachments were all that was said
	}
	if len(m.Parts) == 0 {
		return []chatkit.UserContent{chatkit.InputText{Text: m.Content}}
	}
	content := make([]chatkit.UserContent, len(m.Parts))
	for i, part := range m.Parts {
		content[i] = chatkit.InputText{Text: part.Text}
		if tag := part.Tag; tag != nil {
			content[i] = chatkit.InputTag{ID: tag.ID, Text: tag.Text, Data: chatkit.RawObject(tag.Data), Group: tag.Group, Interactive: tag.Interactive}
		}
	}
	return content
}

func choices(said api.Said) chatkit.InferenceOptions {
	options := chatkit.InferenceOptions{Model: said.Model}
	if said.ToolChoice != "" {
		options.ToolChoice = &chatkit.ToolChoice{ID: said.ToolChoice}
	}
	return options
}
