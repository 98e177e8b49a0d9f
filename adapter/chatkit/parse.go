package chatkit

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"
)

// ParseRequest reads a request. What it refuses it names in a *RequestError: bad JSON, an unknown type, a missing field, a
// wrong type, an unknown value. A null counts as absent, fields that nobody knows are ignored, and a limit above the
// largest page is lowered.
func ParseRequest(body []byte) (Request, error) {
	if !utf8.Valid(body) {
		return nil, &RequestError{Message: "the body is not valid UTF-8"}
	}
	if !json.Valid(body) {
		return nil, &RequestError{Message: "the body is not JSON"}
	}
	r := &reading{}
	root := r.object("", body)
	kind := root.text("type")
	root.optionalObject("metadata")
	if r.failed != nil {
		return nil, r.failed
	}
	request := parseParams(kind, root)
	if r.failed != nil {
		return nil, r.failed
	}
	return request, nil
}

// TypeOf gives the type that a request names before anything that is not whole; empty: none. For the beginning of a body
// that is long.
func TypeOf(beginning []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(beginning))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return ""
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return ""
		}
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return ""
		}
		var kind string
		if name == "type" && json.Unmarshal(value, &kind) == nil {
			return kind
		}
	}
	return ""
}

// parseParams reads the parameters of a type. The result means nothing when the reading failed.
func parseParams(kind string, root fields) Request {
	parse, known := parsers[kind]
	if !known {
		root.reading.fail("type", "is no request of ChatKit's: "+strconv.Quote(shortened(kind)))
		return nil
	}
	return parse(root.object("params"))
}

// parsers knows every request by its name on the wire.
var parsers = map[string]func(p fields) Request{
	CreateThread{}.RequestType(): func(p fields) Request { return CreateThread{Input: parseInput(p)} },
	AddUserMessage{}.RequestType(): func(p fields) Request {
		return AddUserMessage{ThreadID: p.text("thread_id"), Input: parseInput(p)}
	},
	AddClientToolOutput{}.RequestType(): func(p fields) Request {
		return AddClientToolOutput{ThreadID: p.text("thread_id"), Result: p.result("result")}
	},
	AddStructuredInput{}.RequestType(): parseStructuredInput,
	RetryAfterItem{}.RequestType(): func(p fields) Request {
		return RetryAfterItem{ThreadID: p.text("thread_id"), ItemID: p.text("item_id")}
	},
	CustomAction{}.RequestType():     func(p fields) Request { return CustomAction{ActionParams: parseAction(p)} },
	SyncCustomAction{}.RequestType(): func(p fields) Request { return SyncCustomAction{ActionParams: parseAction(p)} },
	GetThread{}.RequestType():        func(p fields) Request { return GetThread{ThreadID: p.text("thread_id")} },
	ListThreads{}.RequestType(): func(p fields) Request {
		return ListThreads{Paging: parsePaging(p, DefaultPage, MaxThreads)}
	},
	UpdateThread{}.RequestType(): func(p fields) Request {
		return UpdateThread{ThreadID: p.text("thread_id"), Title: p.text("title")}
	},
	DeleteThread{}.RequestType(): func(p fields) Request { return DeleteThread{ThreadID: p.text("thread_id")} },
	ListItems{}.RequestType(): func(p fields) Request {
		return ListItems{ThreadID: p.text("thread_id"), Paging: parsePaging(p, DefaultPage, MaxItems)}
	},
	ItemFeedback{}.RequestType(): func(p fields) Request {
		return ItemFeedback{ThreadID: p.text("thread_id"), ItemIDs: p.texts("item_ids"), Kind: p.choice("kind", "", "positive", "negative")}
	},
	CreateAttachment{}.RequestType(): func(p fields) Request {
		return CreateAttachment{Name: p.text("name"), Size: p.count("size", nil, 0), MIMEType: p.text("mime_type")}
	},
	DeleteAttachment{}.RequestType(): func(p fields) Request { return DeleteAttachment{AttachmentID: p.text("attachment_id")} },
	Transcribe{}.RequestType(): func(p fields) Request {
		return Transcribe{AudioBase64: p.text("audio_base64"), MIMEType: p.text("mime_type")}
	},
}

func parsePaging(p fields, usual, largest int) Paging {
	return Paging{
		Limit: min(p.count("limit", &usual, 1), largest),
		Order: p.choice("order", Descending, Ascending, Descending),
		After: p.optionalText("after"),
	}
}

func parseAction(p fields) ActionParams {
	action := p.object("action")
	payload, _ := action.get("payload")
	return ActionParams{
		ThreadID: p.text("thread_id"), ItemID: p.optionalText("item_id"),
		Action: Action{Type: action.text("type"), Payload: payload},
	}
}

func parseStructuredInput(p fields) Request {
	input := p.object("input")
	request := AddStructuredInput{
		ThreadID: p.text("thread_id"), ItemID: p.text("item_id"),
		Status: input.choice("status", "answered", "answered", "skipped"), Answers: map[string]Answer{},
	}
	answers := input.optionalObject("answers")
	for id := range answers.members {
		answer := answers.object(id)
		request.Answers[id] = Answer{Values: answer.optionalTexts("values"), Skipped: answer.flag("skipped", false)}
	}
	return request
}

func parseInput(p fields) UserInput {
	input := p.object("input")
	content := input.list("content")
	parsed := UserInput{
		Content:     make([]UserContent, 0, len(content)),
		Attachments: input.optionalTexts("attachments"),
		QuotedText:  input.optionalText("quoted_text"),
	}
	for _, part := range content {
		parsed.Content = append(parsed.Content, parseContent(part))
	}
	options := input.optionalObject("inference_options")
	parsed.InferenceOptions.Model = options.optionalText("model")
	if choice := options.optionalObject("tool_choice"); choice.members != nil {
		parsed.InferenceOptions.ToolChoice = &ToolChoice{ID: choice.text("id")}
	}
	return parsed
}

func parseContent(part fields) UserContent {
	if part.choice("type", "", "input_text", "input_tag") == "input_text" {
		return InputText{Text: part.text("text")}
	}
	return InputTag{
		ID: part.text("id"), Text: part.text("text"), Data: part.data("data"), Group: part.optionalText("group"),
		Interactive: part.flag("interactive", false),
	}
}

// maxCount is the largest number that every JSON reader holds exactly.
const maxCount = 1<<53 - 1

// shortened keeps a stranger's text out of messages and logs in its full length.
func shortened(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// wholeNumber reads a JSON number that is whole, in any notation.
func wholeNumber(raw []byte) (int, bool) {
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f != math.Trunc(f) || math.IsInf(f, 0) {
		return 0, false
	}
	return int(min(max(f, -maxCount), maxCount)), true
}
