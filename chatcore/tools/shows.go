package tools

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/storable"
)

// Keys of a result's _meta under which a tool says what people should see beside the result.
const (
	NoticeKey      = "taskpilot/notice"      // {level?, message, title?}
	EffectKey      = "taskpilot/effect"      // {name, data?}
	AnnotationsKey = "taskpilot/annotations" // [{type, title, …}]
	ImageKey       = "taskpilot/image"       // {url, id?}
	EndOfTurnKey   = "taskpilot/end_of_turn" // true
	QuestionKey    = "taskpilot/question"    // of a preview: whether this may be done, a text in English
)

// maxData is the largest object that an effect or an entity carries, in bytes of JSON, and maxDepth how deep it is.
const (
	maxData  = 16 << 10
	maxDepth = 32
)

// reading is what is read of a result's _meta. What does not fit is left out, and refused says why: a tool that acted has
// acted, whatever it wants to show.
type reading struct {
	meta    mcp.Meta
	refused func(key string, err error)
}

// into reads what stands under a key; false: nothing that fits.
func (r reading) into(key string, value any, check func() error) bool {
	given, ok := r.meta[key]
	if !ok || given == nil {
		return false
	}
	raw, err := marshal(given)
	if err == nil {
		err = json.Unmarshal(raw, value)
	}
	if err == nil {
		err = check()
	}
	if err != nil {
		r.refused(key, err)
	}
	return err == nil
}

// shows gives what stays with the call's record, or nil.
func (r reading) shows() *api.Shows {
	var shows api.Shows
	var annotations []api.Source
	r.into(AnnotationsKey, &annotations, func() error { return nil })
	for i := range annotations {
		if len(shows.Annotations) == api.MaxAnnotations {
			r.refused(AnnotationsKey, fmt.Errorf("there are more than %d", api.MaxAnnotations))
			break
		}
		if err := checkSource(&annotations[i]); err != nil {
			r.refused(AnnotationsKey, err)
			continue
		}
		shows.Annotations = append(shows.Annotations, annotations[i])
	}
	var image api.ShownImage
	if r.into(ImageKey, &image, func() error { return errors.Join(short("id", &image.ID), address(image.URL)) }) {
		shows.Image = &image
	}
	r.into(EndOfTurnKey, &shows.EndOfTurn, func() error { return nil })
	if len(shows.Annotations) == 0 && shows.Image == nil && !shows.EndOfTurn {
		return nil
	}
	return &shows
}

// asides gives what is told once and stored nowhere.
func (r reading) asides() (asides []api.Body) {
	notice := api.Notice{Level: "info"}
	if r.into(NoticeKey, &notice, func() error { return checkNotice(&notice) }) {
		asides = append(asides, notice)
	}
	var effect struct {
		Name string          `json:"name"`
		Data json.RawMessage `json:"data"`
	}
	var data map[string]any
	if r.into(EffectKey, &effect, func() (err error) {
		if !effectName.MatchString(effect.Name) {
			return errors.New("name is no name")
		}
		data, err = dataObject(effect.Data)
		return err
	}) {
		asides = append(asides, api.Effect{Name: effect.Name, Data: data})
	}
	return asides
}

// question is what a preview asks.
func (r reading) question() string {
	var question string
	if !r.into(QuestionKey, &question, func() error { return short("question", &question) }) {
		return ""
	}
	return question
}

// effectName is what an effect may be called: the page has it in its code.
var effectName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.:-]{0,99}$`)

func checkNotice(notice *api.Notice) error {
	if !slices.Contains([]string{"info", "warning", "danger"}, notice.Level) {
		return errors.New("level must be info, warning or danger")
	}
	if strings.TrimSpace(notice.Message) == "" {
		return errors.New("message is missing")
	}
	return errors.Join(short("message", &notice.Message), short("title", &notice.Title))
}

func checkSource(s *api.Source) error {
	if strings.TrimSpace(s.Title) == "" {
		return errors.New("title is missing")
	}
	for _, text := range []*string{
		&s.Title, &s.Description, &s.Timestamp, &s.Group, &s.Attribution, &s.Filename, &s.ID, &s.Icon, &s.Label, &s.InlineLabel,
	} {
		if err := short("a text", text); err != nil {
			return err
		}
	}
	kept := api.Source{Type: s.Type, Title: s.Title, Description: s.Description, Timestamp: s.Timestamp, Group: s.Group}
	switch s.Type {
	case api.SourceURL:
		kept.URL, kept.Attribution = s.URL, s.Attribution
		*s = kept
		return address(s.URL)
	case api.SourceFile:
		kept.Filename = s.Filename
		if kept.Filename == "" {
			return errors.New("filename is missing")
		}
	case api.SourceEntity:
		kept.ID, kept.Icon, kept.Label, kept.InlineLabel, kept.Interactive, kept.Data = s.ID, s.Icon, s.Label, s.InlineLabel, s.Interactive, s.Data
		if kept.ID == "" {
			return errors.New("id is missing")
		}
		if _, err := dataObject(s.Data); err != nil {
			return err
		}
	default:
		return errors.New("type must be url, file or entity")
	}
	*s = kept
	return nil
}

// short makes a text one that a database takes, and refuses one that is too long.
func short(what string, text *string) error {
	*text = storable.Text(*text)
	if len([]rune(*text)) > api.MaxShownText {
		return fmt.Errorf("%s has more than %d characters", what, api.MaxShownText)
	}
	return nil
}

// address refuses what a browser should not be sent to.
func address(text string) error {
	if len(text) > api.MaxShownURL {
		return fmt.Errorf("url has more than %d bytes", api.MaxShownURL)
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return errors.New("url must be an absolute http or https address")
	}
	return nil
}

// dataObject reads an object that is not too large; none is nil.
func dataObject(raw json.RawMessage) (data map[string]any, err error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if len(raw) > maxData || storable.Deeper(raw, maxDepth) {
		return nil, fmt.Errorf("data has more than %d bytes, or is deeper than %d", maxData, maxDepth)
	}
	if json.Unmarshal(raw, &data) != nil || data == nil {
		return nil, errors.New("data must be an object")
	}
	return data, nil
}
