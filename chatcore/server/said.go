package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/storable"
)

// part is api.MessagePart: exactly one of the two.
type part struct {
	Text *string `json:"text"`
	Tag  *tag    `json:"tag"`
}

// tag is api.Tag.
type tag struct {
	ID          string          `json:"id"`
	Text        string          `json:"text"`
	Data        json.RawMessage `json:"data"`
	Group       string          `json:"group"`
	Interactive bool            `json:"interactive"`
}

// checkSaid refuses what does not fit, and gives the message's text: content, or the parts' text in one piece. When a
// message is answered again there is none.
func (r chatRequest) checkSaid(maxContent int) (content string, err error) {
	for _, choice := range []struct{ field, value string }{{"model", r.Model}, {"tool_choice", r.ToolChoice}} {
		if choice.value != "" {
			if err := checkText(choice.field, choice.value, api.MaxChoice); err != nil {
				return "", err
			}
		}
	}
	if r.RetryOf != nil {
		return "", r.checkNothing()
	}
	if r.QuotedText != "" {
		if err := checkText("quoted_text", r.QuotedText, maxContent); err != nil {
			return "", err
		}
	}
	switch {
	case len(r.Parts) > 0:
		return r.checkParts(maxContent)
	case r.Content != nil:
		return *r.Content, r.checkWords("content", *r.Content, maxContent)
	case len(r.Attachments) > 0:
		return "", nil
	}
	return "", invalid("content", "content is missing.")
}

// checkWords is checkText for what the person said: with attachments it may be nothing.
func (r chatRequest) checkWords(field, words string, maxContent int) error {
	if len(r.Attachments) > 0 && strings.TrimSpace(words) == "" {
		return nil
	}
	return checkText(field, words, maxContent)
}

// checkNothing refuses what would be another message.
func (r chatRequest) checkNothing() error {
	switch {
	case r.Content != nil:
		return invalid("content", "content does not go with retry_of.")
	case len(r.Parts) > 0:
		return invalid("parts", "parts does not go with retry_of.")
	case r.QuotedText != "":
		return invalid("quoted_text", "quoted_text does not go with retry_of.")
	case len(r.Attachments) > 0:
		return invalid("attachments", "attachments does not go with retry_of.")
	}
	return nil
}

func (r chatRequest) checkParts(maxContent int) (string, error) {
	if r.Content != nil {
		return "", invalid("content", "content does not go with parts.")
	}
	if len(r.Parts) > api.MaxParts {
		return "", invalid("parts", fmt.Sprintf("parts may have at most %d elements.", api.MaxParts))
	}
	var content strings.Builder
	for i, p := range r.Parts {
		field := fmt.Sprintf("parts[%d]", i)
		switch {
		case (p.Text == nil) == (p.Tag == nil):
			return "", invalid(field, field+" must have either text or tag.")
		case p.Tag == nil:
			content.WriteString(*p.Text)
			continue
		}
		if err := p.Tag.check(field+".tag", maxContent); err != nil {
			return "", err
		}
		content.WriteString(p.Tag.Text)
	}
	return content.String(), r.checkWords("parts", content.String(), maxContent)
}

func (t tag) check(field string, maxContent int) error {
	if err := checkText(field+".id", t.ID, api.MaxTagName); err != nil {
		return err
	}
	if err := checkText(field+".text", t.Text, maxContent); err != nil {
		return err
	}
	if t.Group != "" {
		if err := checkText(field+".group", t.Group, api.MaxTagName); err != nil {
			return err
		}
	}
	return checkData(field+".data", t.Data)
}

// checkData holds a tag's data to be an object that is not too large, and that any database and any reader can take.
func checkData(field string, data json.RawMessage) error {
	clean, ok := storable.JSON(data)
	switch {
	case none(data):
		return nil
	case !ok || data[0] != '{':
		return invalid(field, field+" must be an object.")
	case len(data) > api.MaxTagData:
		return invalid(field, fmt.Sprintf("%s may have at most %d bytes.", field, api.MaxTagData))
	case storable.Deeper(data, api.MaxTagDepth):
		return invalid(field, fmt.Sprintf("%s may be at most %d objects and lists deep.", field, api.MaxTagDepth))
	case !bytes.Equal(clean, data):
		return invalid(field, field+" must not contain the character U+0000 or half a surrogate pair.")
	}
	return nil
}

// none says that a member is missing or null, which is the same.
func none(raw json.RawMessage) bool { return len(raw) == 0 || bytes.Equal(raw, []byte("null")) }

// said is what was said as it is kept.
func (r chatRequest) said() api.Said {
	kept := api.Said{QuotedText: r.QuotedText, Model: r.Model, ToolChoice: r.ToolChoice}
	for _, p := range r.Parts {
		one := api.MessagePart{}
		if p.Tag == nil {
			one.Text = *p.Text
		} else {
			one.Tag = &api.Tag{ID: p.Tag.ID, Text: p.Tag.Text, Group: p.Tag.Group, Interactive: p.Tag.Interactive}
			if !none(p.Tag.Data) {
				one.Tag.Data = slices.Clone(p.Tag.Data)
			}
		}
		kept.Parts = append(kept.Parts, one)
	}
	return kept
}
