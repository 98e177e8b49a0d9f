package rules

import (
	"regexp"
	"strconv"
	"strings"

	"taskpilot/deploy/offlinemodel/openai"
)

// attached is how chatcore tells of what came with a message: each in a part of its own.
var attached = regexp.MustCompile(`^The person attached the (file|image) ("(?:[^"\\]|\\.)*")`)

// saidIn gives what the person said in a message, and names what came with it, such as "the file notes.txt".
func saidIn(content openai.Content) (words string, files []string) {
	if content.Parts == nil {
		return spoken(content.Text), nil
	}
	for _, part := range content.Parts {
		if named := attached.FindStringSubmatch(part.Text); named != nil {
			name, err := strconv.Unquote(named[2])
			if err != nil {
				name = named[2]
			}
			files = append(files, "the "+named[1]+" "+name)
		} else if part.Type == "text" {
			words += part.Text
		}
	}
	return spoken(words), files
}

// seen answers to files with which nothing was said that is understood.
func seen(files []string) string {
	return "I see " + strings.Join(files, " and ") + ". I work by rules and can't read it: tell me what to do in words."
}
