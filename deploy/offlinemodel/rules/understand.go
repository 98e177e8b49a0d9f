package rules

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// want is what a message asks for.
type want struct {
	intent *intent
	name   string   // the words for the task; empty when none were said
	value  string   // the new title, the description, the name to find, the status to list
	note   string   // the description that a new task's title came with
	values []string // several titles
	task   *task    // the task itself, where it is known without a look-up
}

// Model answers by the table. It is safe for concurrent use.
type Model struct {
	intents []intent
	phrases [][]*regexp.Regexp // of each intent
	loose   [][]*regexp.Regexp

	lead, tail, refer, ordinal, every, those, label, open, done, split *regexp.Regexp
}

// New reads the table.
func New() *Model {
	m := &Model{
		intents: table(),
		lead: regexp.MustCompile(`(?is)^(?:(?:please|pls|hey|hi|hello|ok|okay|well|so|now|then|and|also|alright|great|thanks|thank you|yes|no|oh|actually|kindly|just|` +
			`(?:can|could|would|will) you|(?:can|could|may) i|i want to|i(?: would|['’]d) like(?: you)? to|i (?:want|need) you to|i need to|let['’]?s|let us|help me(?: to)?|go ahead and)[\s,.!:]+)+`),
		tail:    regexp.MustCompile(`(?is)(?:[\s,]+(?:please|pls|for me)|[,.!\n]\s*(?:thanks|thank you|thx)|[\s.!?])+$`),
		refer:   regexp.MustCompile(`(?is)^(?:it|this|that|(?:this|that|the|the same|the new) one|(?:the|that|this|my)(?: new| same)? (?:task|item|to-?do|reminder)|the (?:one|task) (?:i|you|we) .*)$`),
		ordinal: regexp.MustCompile(`(?is)^(?:(?:the|my|task|number|no\.?|nr\.?|#)\s*)*(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|\d{1,3})(?:st|nd|rd|th)?(?:\s+(?:one|task|item|entry))?(?:\s+(?:on|in|of|from)\s.*)?$`),
		every:   regexp.MustCompile(`(?is)^(?:(?:all|every|each|both)\b.*|everything|them(?: all)?|these|those|(?:my |the )?(?:(?:done|completed|finished|open|pending) )?(?:tasks|to-?dos|list|items))$`),
		those:   regexp.MustCompile(`(?is)^(?:(?:all|both|each|every one) of )?(?:them(?: all)?|these|those)$`),
		label:   regexp.MustCompile(`(?is)^(?:(?:the|my|our|this|that|an?)\s+)?(?:(?:tasks?|to-?dos?|items?|reminders?|something|anything)(?::|\s+(?:called|named|titled|about|to|for|with(?: the (?:title|name))?))?\s+)?(.+?)(?:\s+(?:task|to-?do|item|reminder))?$`),
		open:    regexp.MustCompile(`(?is)\b(?:open|pending|incomplete|unfinished|uncompleted|outstanding|remaining|active|undone|left|next|still)\b|not (?:yet )?(?:done|finished|complete)|n['’]t (?:done|finished)|(?:have|need|got) to do|(?:should|must|shall) (?:i|we)|anything`),
		done:    regexp.MustCompile(`(?is)\b(?:done|completed?|finish(?:ed)?|closed|ticked|checked|did)\b`),
		split:   regexp.MustCompile(`(?is)\s*(?:[;\n]|,(?:\s*and\b)?|\band\b)\s*`),
	}
	for _, it := range m.intents {
		m.phrases = append(m.phrases, compile(it.phrases))
		m.loose = append(m.loose, compile(it.loose))
	}
	return m
}

func compile(phrases []string) (patterns []*regexp.Regexp) {
	for _, phrase := range phrases {
		patterns = append(patterns, regexp.MustCompile(expand(phrase)))
	}
	return patterns
}

// understand reads one message: without its politeness first, then as it stands.
func (m *Model) understand(text string, known memory) (want, bool) {
	whole := m.bare(strings.TrimSpace(text))
	for _, round := range [][][]*regexp.Regexp{m.phrases, m.loose} {
		for _, words := range []string{m.lead.ReplaceAllString(whole, ""), whole} {
			if w, ok := m.match(round, words, known); ok {
				return w, true
			}
		}
	}
	return want{}, false
}

// bare takes the politeness and the punctuation off a message's end.
func (m *Model) bare(text string) string {
	if cut := m.tail.ReplaceAllString(text, ""); cut != "" {
		return cut
	}
	return text
}

func (m *Model) match(round [][]*regexp.Regexp, text string, known memory) (want, bool) {
	for i, patterns := range round {
		for _, pattern := range patterns {
			found := pattern.FindStringSubmatch(text)
			if found == nil {
				continue
			}
			w := want{intent: &m.intents[i]}
			for g, group := range pattern.SubexpNames() {
				switch group {
				case "name":
					w.name = found[g]
				case "value":
					w.value = found[g]
				case "note":
					w.note = found[g]
				case "values":
					for _, value := range m.split.Split(found[g], -1) {
						if value = unquote(value); value != "" {
							w.values = append(w.values, value)
						}
					}
				}
			}
			return m.tidy(w, text, known), true
		}
	}
	return want{}, false
}

// tidy puts the words of a want in order.
func (m *Model) tidy(w want, text string, known memory) want {
	if w.intent.onTask && w.value != "" {
		w.name, w.value = resplit(w.name, w.value, text, known)
	}
	w.name, w.value = m.clean(w.name, known), unquote(w.value)
	switch w.intent.tool {
	case findTask:
		w.value = w.name
	case listTasks:
		w.value = "all"
		if m.open.MatchString(text) {
			w.value = "pending"
		} else if m.done.MatchString(text) {
			w.value = "completed"
		}
	}
	return w
}

// resplit moves the cut between an old and a new title behind a later " to ", where a known task is named so: in "rename
// talk to Bob to call Bob" the words alone do not say where.
func resplit(name, value, text string, known memory) (string, string) {
	const to = " to "
	if known.titled(unquote(name)) != nil || !strings.Contains(text, name+to+value) {
		return name, value
	}
	for at := strings.Index(value, to); at >= 0; {
		if longer := name + to + value[:at]; known.titled(unquote(longer)) != nil {
			return longer, value[at+len(to):]
		}
		next := strings.Index(value[at+1:], to)
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return name, value
}

// clean takes what is no part of a task's name off it, unless a known task is called just so.
func (m *Model) clean(name string, known memory) string {
	name = unquote(name)
	if known.titled(name) != nil || m.refer.MatchString(name) || m.ordinal.MatchString(name) {
		return name
	}
	if found := m.label.FindStringSubmatch(name); found != nil {
		return unquote(found[1])
	}
	return name
}

func unquote(text string) string {
	text = strings.TrimSpace(text)
	for _, pair := range []string{`""`, `''`, `“”`, `‘’`, `«»`, `„“`, "``"} {
		left, size := utf8.DecodeRuneInString(pair)
		inner := strings.TrimSuffix(strings.TrimPrefix(text, string(left)), pair[size:])
		if len(inner) == len(text)-len(pair) && strings.TrimSpace(inner) != "" && !strings.ContainsAny(inner, pair) {
			return strings.TrimSpace(inner)
		}
	}
	return text
}

func capital(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
