package translate

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
)

// sources are what the calls named since the answer's last text: its next text points there.
type sources []api.Source

// behind is what is named behind a step. A sentence of chatcore's own names nothing, and leaves it to the next text.
func (s sources) behind(step api.Step) sources {
	if step.Content != "" && step.Code == "" {
		s = nil
	}
	for _, record := range slices.SortedStableFunc(slices.Values(step.ToolCalls), byIndex) {
		if record.Status == api.CallExecuted && record.Shows != nil {
			s = append(slices.Clip(s), record.Shows.Annotations...)
		}
	}
	return s[:min(len(s), api.MaxAnnotations)]
}

func (s sources) annotations() (all []chatkit.Annotation) {
	for _, named := range s {
		if source := source(named); source != nil {
			all = append(all, chatkit.Annotation{Source: source})
		}
	}
	return all
}

// source is nil for what ChatKit has no name for, or what is no safe address: a chat service need not be chatcore.
func source(named api.Source) chatkit.Source {
	about := chatkit.SourceHead{Title: named.Title, Description: named.Description, Timestamp: named.Timestamp, Group: named.Group}
	switch named.Type {
	case api.SourceURL:
		if isWeb(named.URL) {
			return chatkit.URLSource{SourceHead: about, URL: named.URL, Attribution: named.Attribution}
		}
	case api.SourceFile:
		return chatkit.FileSource{SourceHead: about, Filename: named.Filename}
	case api.SourceEntity:
		entity := chatkit.EntitySource{
			SourceHead: about, ID: named.ID, Icon: icon(named.Icon), Label: named.Label, InlineLabel: named.InlineLabel, Interactive: named.Interactive,
		}
		_ = json.Unmarshal(named.Data, &entity.Data) // without data it is an entity still
		return entity
	}
	return nil
}

func isWeb(address string) bool {
	parsed, err := url.Parse(address)
	return err == nil && parsed.Host != "" && parsed.User == nil && (parsed.Scheme == "https" || parsed.Scheme == "http")
}

// hasImage says that a call made an image: that is what it shows.
func hasImage(record api.ToolCall) bool {
	return record.Status == api.CallExecuted && record.Shows != nil && record.Shows.Image != nil && isWeb(record.Shows.Image.URL)
}

func generatedImage(h chatkit.Head, record api.ToolCall) chatkit.Item {
	image := chatkit.GeneratedImage{ID: record.Shows.Image.ID, URL: record.Shows.Image.URL}
	if image.ID == "" {
		image.ID = "img_" + strconv.FormatInt(record.ID, 10)
	}
	return chatkit.GeneratedImageItem{Head: h, Image: &image}
}

// endsTurn says that a tool ended the turn with this step: all its calls have ended then. A step that waited for the page
// shows no end: the person may have talked past it, and then nothing more is told of the step.
func endsTurn(step api.Step) (ends bool) {
	for _, record := range step.ToolCalls {
		if isOpen(record) || record.For != "" {
			return false
		}
		ends = ends || record.Status == api.CallExecuted && record.Shows != nil && record.Shows.EndOfTurn
	}
	return ends
}
