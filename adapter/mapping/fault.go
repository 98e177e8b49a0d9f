package mapping

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
)

// The places in a path.
const (
	userPlace         = "{user_id}"
	conversationPlace = "{conversation_id}"
)

// fault names everything that the schema can't see.
func (m Mapping) fault(fixedToken bool) error {
	var all []error
	wrong := func(format string, values ...any) { all = append(all, fmt.Errorf(format, values...)) }
	for _, r := range []struct {
		name  string
		route Route
		one   bool // it is about one conversation
	}{
		{"chat", m.Routes.Chat, false}, {"conversations", m.Routes.Conversations, false}, {"conversation", m.Routes.Conversation, true},
		{"rename", m.Routes.Rename, true}, {"delete", m.Routes.Delete, true},
	} {
		if r.route.Absent {
			continue
		}
		if unknown := places.FindString(known.Replace(r.route.Path)); unknown != "" {
			wrong("routes.%s.path: %s is no place: there are %s and %s", r.name, unknown, userPlace, conversationPlace)
		}
		if r.one && !strings.Contains(r.route.Path, conversationPlace) {
			wrong("routes.%s.path: it has to say where %s goes", r.name, conversationPlace)
		}
		inBody := r.name == "chat" && m.User.Body != ""
		if m.Source(fixedToken) != TokenCaller && m.User.Header == "" && m.User.Query == "" && !inBody && !strings.Contains(r.route.Path, userPlace) {
			wrong("routes.%s.path: nothing tells the service who the person is, and the token is not theirs: all would see the same", r.name)
		}
	}
	if m.Token.From == TokenFixed && !fixedToken {
		wrong("token.from: it is fixed, but there is no CHAT_API_TOKEN")
	}
	if m.Messages.overlap() {
		wrong("messages: a role is a person's and the assistant's at once")
	}
	for _, header := range append([]string{m.User.Header}, m.PassHeaders...) {
		if name := textproto.CanonicalMIMEHeaderKey(header); slices.Contains(ours, name) || name != "" && name == textproto.CanonicalMIMEHeaderKey(m.Token.Header) {
			wrong("%s: this header is not for passing on", header)
		}
	}
	return errors.Join(all...)
}

var (
	known  = strings.NewReplacer(userPlace, "", conversationPlace, "")
	places = regexp.MustCompile(`\{[^}]*\}?`)
)

// ours are headers that this service sets itself, or that are only between two neighbours.
var ours = []string{
	"Authorization", "Cookie", "Host", "Content-Length", "Content-Type", "Content-Encoding", "Accept", "Accept-Encoding", "Connection", "Transfer-Encoding",
	"Upgrade", "Te", "Trailer", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Expect", "Origin",
}

func (m Messages) overlap() bool {
	return slices.ContainsFunc(m.Person, func(role string) bool { return slices.Contains(m.Assistant, role) })
}

// Source is whose token goes along. fixedToken says that there is a CHAT_API_TOKEN.
func (m Mapping) Source(fixedToken bool) string {
	switch {
	case m.Token.From != "":
		return m.Token.From
	case fixedToken:
		return TokenFixed
	default:
		return TokenCaller
	}
}
