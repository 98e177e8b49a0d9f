package api_test

import (
	"context"
	"encoding/json"
	"slices"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

var _ = Describe("The OpenAPI document", func() {
	var document *openapi3.T

	BeforeEach(func() {
		var err error
		document, err = openapi3.NewLoader().LoadFromData(api.Document)
		Expect(err).NotTo(HaveOccurred())
	})

	It("is a valid one", func(ctx SpecContext) {
		Expect(document.Validate(context.Context(ctx))).To(Succeed())
	})

	It("describes every event of a turn's stream under its name, and no other", func() {
		var described, sent []string
		for name := range document.Components.Schemas {
			if unicode.IsLower(rune(name[0])) {
				described = append(described, name)
			}
		}
		for _, event := range everyEvent() {
			if name := event.Body.EventType(); !slices.Contains(sent, name) {
				sent = append(sent, name)
			}
		}
		Expect(described).To(ConsistOf(sent))
	})

	It("describes what is in every event, to the last member", func() {
		for _, event := range everyEvent() {
			schema := document.Components.Schemas[event.Body.EventType()].Value
			text, err := json.Marshal(event.Body)
			Expect(err).NotTo(HaveOccurred())
			var data any
			Expect(json.Unmarshal(text, &data)).To(Succeed())
			Expect(schema.VisitJSON(data)).To(Succeed(), event.Body.EventType())
			Expect(undescribed(schema, data, event.Body.EventType())).To(BeEmpty())
		}
	})
})

// undescribed names the members of a value that its schema says nothing of. A schema without properties says all.
func undescribed(schema *openapi3.Schema, value any, path string) (missing []string) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			if schema.Items != nil {
				missing = append(missing, undescribed(schema.Items.Value, element, path+"[]")...)
			}
		}
	case map[string]any:
		for name, member := range value {
			property := schema.Properties[name]
			switch {
			case property != nil:
				missing = append(missing, undescribed(property.Value, member, path+"."+name)...)
			case len(schema.Properties) > 0:
				missing = append(missing, path+"."+name)
			}
		}
	}
	return missing
}
