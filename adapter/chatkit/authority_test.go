package chatkit_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
)

// authority is what one of the two packages says of the wire. The tables were read off the packages named in them.
type authority struct {
	Icons       []string                     `json:"icons"`
	WidgetIcons []string                     `json:"widget_icons"`
	Objects     map[string]map[string]theirs `json:"objects"`
}

// theirs is a field as they have it.
type theirs struct {
	Is       string   `json:"is"`
	Values   []string `json:"values"`
	Optional bool     `json:"optional"`
}

func readAuthority(name string) authority {
	GinkgoHelper()
	raw, err := os.ReadFile("testdata/authority/" + name + ".json")
	Expect(err).NotTo(HaveOccurred())
	var a authority
	Expect(json.Unmarshal(raw, &a)).To(Succeed())
	return a
}

// serverNames are the names of openai-chatkit's classes where ours are other words.
var serverNames = map[string][]string{
	"ThreadCreated": {"ThreadCreatedEvent"}, "ThreadUpdated": {"ThreadUpdatedEvent"},
	"ItemAdded": {"ThreadItemAddedEvent"}, "ItemUpdated": {"ThreadItemUpdatedEvent"}, "ItemDone": {"ThreadItemDoneEvent"},
	"ItemRemoved": {"ThreadItemRemovedEvent"}, "ItemReplaced": {"ThreadItemReplacedEvent"},
	"StreamOptions": {"StreamOptionsEvent"}, "options": {"StreamOptions"}, "ProgressUpdate": {"ProgressUpdateEvent"},
	"ClientEffect": {"ClientEffectEvent"}, "Notice": {"NoticeEvent"}, "Error": {"ErrorEvent"},
	"PartAdded": {"AssistantMessageContentPartAdded"}, "PartDone": {"AssistantMessageContentPartDone"},
	"TextDelta": {"AssistantMessageContentPartTextDelta"}, "AnnotationAdded": {"AssistantMessageContentPartAnnotationAdded"},
	"WidgetTextDelta": {"WidgetStreamingTextValueDelta"},
	"UserMessage":     {"UserMessageItem"}, "AssistantMessage": {"AssistantMessageItem"}, "ClientToolCall": {"ClientToolCallItem"},
	"EndOfTurn": {"EndOfTurnItem"}, "OutputText": {"AssistantMessageContent"},
	"InputText": {"UserMessageTextContent"}, "InputTag": {"UserMessageTagContent"},
	"fileAttachment": {"FileAttachment"}, "imageAttachment": {"ImageAttachment"}, "UploadDescriptor": {"AttachmentUploadDescriptor"},
	"activeStatus": {"ActiveStatus"}, "lockedStatus": {"LockedStatus"}, "closedStatus": {"ClosedStatus"},
	"MultipleChoice": {"StructuredInputMultipleChoice"}, "Freeform": {"StructuredInputFreeform"},
	"Choice": {"StructuredInputMultipleChoiceOption"}, "Answer": {"StructuredInputAnswer"},
	"ActionAnswer": {"SyncCustomActionResponse"}, "Transcription": {"TranscriptionResult"},
	"Basic": {"BasicRoot"}, "Option": {"SelectOption"}, "Editable": {"EditableProps"},
	"WidgetStatus": {"WidgetStatusWithFavicon", "WidgetStatusWithIcon"},
}

// clientNames are the same for @openai/chatkit, whose table has widgets only.
var clientNames = map[string]string{
	"Text": "TextComponent", "Basic": "BasicRoot", "Option": "Select.options", "RadioOption": "RadioGroup.options", "Editable": "TextComponent.editable",
}

// Where we differ on purpose, and why.
var (
	theirsOnly = map[string]string{
		"fileAttachment.metadata": "never sent", "imageAttachment.metadata": "never sent",
	}
	optionalHere = map[string]string{ // openai-chatkit fills the default in
		"ActionConfig.payload": "", "ActionConfig.handler": "server", "ActionConfig.loadingBehavior": "auto", "ActionConfig.streaming": "true",
	}
)

var _ = Describe("The types", func() {
	var (
		server, client authority
		objects        map[string]*chatkit.Shape
	)
	BeforeEach(func() {
		server, client = readAuthority("server"), readAuthority("client")
		objects = map[string]*chatkit.Shape{}
		protocol := chatkit.NewProtocol()
		collect(protocol.Event, objects)
		for _, answer := range protocol.Answers {
			collect(answer, objects)
		}
	})

	serverFields := func(name string) map[string]theirs {
		all := map[string]theirs{}
		names, ok := serverNames[name]
		if !ok {
			names = []string{name}
		}
		for _, n := range names {
			maps.Copy(all, server.Objects[n])
		}
		return all
	}
	clientFields := func(name string) (map[string]theirs, bool) {
		if other, ok := clientNames[name]; ok {
			name = other
		}
		fields, ok := client.Objects[name]
		return fields, ok && name != "ActionConfig" // its table leaves most of it out
	}

	It("are all that openai-chatkit has, and no more", func() {
		ours := map[string]bool{}
		for name := range objects {
			names, ok := serverNames[name]
			if !ok {
				names = []string{name}
			}
			for _, n := range names {
				if name != "Nothing" && name != "" {
					Expect(server.Objects).To(HaveKey(n))
				}
				ours[n] = true
			}
		}
		for name := range server.Objects {
			Expect(ours).To(HaveKey(name))
		}
	})

	It("have the fields that both packages know, and know which they avoid", func() {
		for name, object := range objects {
			theirs := serverFields(name)
			props, isWidget := clientFields(name)
			tag, tagged := theirs["type"]
			if object.Tag != "" {
				Expect(tagged).To(BeTrue(), name)
				Expect(tag.Values).To(Equal([]string{object.Tag}), name)
			}
			for field := range maps.Keys(theirs) {
				_, has := object.Field(field)
				_, inClient := props[field]
				switch {
				case field == "type" && object.Tag != "" || theirsOnly[name+"."+field] != "":
				case isWidget && !inClient:
					Expect(has).To(BeFalse(), "%s.%s: the client does not know it", name, field)
					Expect(object.Avoid[field]).To(Equal("openai-chatkit"), "%s.%s", name, field)
				default:
					Expect(has).To(BeTrue(), "%s.%s is missing", name, field)
				}
			}
			for field := range props {
				if _, inServer := theirs[field]; !inServer && name != "Basic" { // the server's takes any
					Expect(object.Avoid[field]).To(Equal("@openai/chatkit"), "%s.%s", name, field)
				}
			}
			for _, field := range object.Fields {
				their, ok := theirs[field.Name]
				prop, inClient := props[field.Name]
				if name == "Basic" {
					their, ok = prop, inClient
				}
				if name == "Nothing" || name == "" {
					continue
				}
				Expect(ok).To(BeTrue(), "%s.%s is ours alone", name, field.Name)
				required := !their.Optional || isWidget && !prop.Optional
				if _, filledIn := optionalHere[name+"."+field.Name]; filledIn {
					required = false
				}
				Expect(field.Required).To(Equal(required), "%s.%s required", name, field.Name)
			}
		}
	})

	It("have the same values", func() {
		for name, object := range objects {
			for _, field := range object.Fields {
				fromServer := serverFields(name)[field.Name]
				if name == "Basic" {
					fromServer = theirs{} // takes any
				}
				props, _ := clientFields(name)
				for _, their := range []theirs{fromServer, props[field.Name]} {
					if their.Is == "" || their.Is == "any" {
						continue
					}
					Expect(strings.Split(their.Is, "|")).To(ConsistOf(kinds(field.Shape, strings.Contains(their.Is, "whole"))), "%s.%s", name, field.Name)
					if values := valuesOf(field.Shape); !slices.Equal(their.Values, []string{"icon"}) {
						Expect(values).To(ConsistOf(their.Values), "%s.%s", name, field.Name)
					}
				}
			}
		}
	})

	It("name the icons that both know", func() {
		both := func(there []string) []string {
			return slices.DeleteFunc(slices.Clone(server.Icons), func(icon string) bool { return !slices.Contains(there, icon) })
		}
		Expect(chatkit.Icons()).To(ConsistOf(both(client.Icons)))
		Expect(chatkit.WidgetIcons()).To(ConsistOf(both(client.WidgetIcons)))
	})
})

// collect gathers the objects in a shape by their names.
func collect(shape *chatkit.Shape, into map[string]*chatkit.Shape) {
	if shape == nil || shape.Kind == chatkit.KindObject && into[shape.Name] == shape {
		return
	}
	if shape.Kind == chatkit.KindObject {
		if other, ok := into[shape.Name]; ok && shape.Name != "Page" {
			Expect(other).To(BeIdenticalTo(shape), "two objects are called %q", shape.Name)
		}
		into[shape.Name] = shape
		for _, field := range shape.Fields {
			collect(field.Shape, into)
		}
	}
	collect(shape.Elem, into)
	for _, one := range shape.Either {
		collect(one, into)
	}
}

// kinds are a shape's kinds in the tables' words.
func kinds(shape *chatkit.Shape, whole bool) []string {
	all := map[string]bool{}
	var add func(*chatkit.Shape)
	add = func(s *chatkit.Shape) {
		switch s.Kind {
		case chatkit.KindUnion:
			for _, one := range s.Either {
				add(one)
			}
		case chatkit.KindData, chatkit.KindMap, chatkit.KindObject:
			all["object"] = true
		case chatkit.KindWhole, chatkit.KindNumber:
			all[map[bool]string{true: "whole", false: "number"}[whole]] = true
		case chatkit.KindFlag, chatkit.KindList:
			all[string(s.Kind)] = true
		default:
			all["text"] = true
		}
	}
	add(shape)
	return slices.Collect(maps.Keys(all))
}

func valuesOf(shape *chatkit.Shape) []string {
	values := slices.Clone(shape.Values)
	for _, one := range shape.Either {
		if one.Kind == chatkit.KindText {
			values = append(values, one.Values...)
		}
	}
	return values
}
