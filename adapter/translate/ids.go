package translate

import (
	"cmp"
	"strconv"
	"strings"

	"taskpilot/chatcore/api"
)

const (
	threadPrefix = "thr_"
	itemPrefix   = "msg_"
)

// ThreadID names a conversation to ChatKit.
func ThreadID(conversation Key) string { return threadPrefix + string(conversation) }

// ParseThreadID gives the conversation of a thread; ok is false for what cannot be an id of ours, which is then not there.
func ParseThreadID(id string) (conversation Key, ok bool) {
	key, ok := strings.CutPrefix(id, threadPrefix)
	return Key(key), ok && Key(key).valid()
}

// Place is where an item stands in its thread: a position of chatcore's, and among the items of that position an index,
// which is 0 for a message or text and 1 + the call's index for what a call shows.
type Place struct {
	Position int64
	Index    int64
}

// Compare orders places as the items stand in their thread.
func (p Place) Compare(q Place) int {
	return cmp.Or(cmp.Compare(p.Position, q.Position), cmp.Compare(p.Index, q.Index))
}

// textID names a user's message or a step's text. Where the conversation has no number its messages have none either: its
// own key and the position name them.
func textID(conversation Key, id, position int64) string {
	owner := strconv.FormatInt(id, 10)
	if _, numbered := conversation.Number(); !numbered {
		owner = string(conversation)
	}
	return itemPrefix + owner + "_" + strconv.FormatInt(position, 10)
}

// callID names what a call of a step shows.
func callID(conversation Key, step, position int64, index int) string {
	return textID(conversation, step, position) + "_" + strconv.Itoa(index)
}

// ParseItemID gives the place that an item's id names, and the id of its message or step, which is 0 where there are no
// numbers; ok as for ParseThreadID.
func ParseItemID(id string) (owner int64, place Place, ok bool) {
	rest, ok := strings.CutPrefix(id, itemPrefix)
	if !ok {
		return 0, Place{}, false
	}
	parts := strings.Split(rest, "_")
	if len(parts) != 2 && len(parts) != 3 {
		return 0, Place{}, false
	}
	key := Key(parts[0])
	if !key.valid() {
		return 0, Place{}, false
	}
	owner, _ = key.Number()
	if place.Position, ok = number(parts[1], 1); !ok {
		return 0, Place{}, false
	}
	if len(parts) == 3 {
		index, ok := number(parts[2], 0)
		if !ok {
			return 0, Place{}, false
		}
		place.Index = index + 1
	}
	return owner, place, true
}

// InConversation reads the id of an item of a conversation's; ok is false also where it can be none of this kind's.
func InConversation(conversation Key, id string) (owner int64, place Place, ok bool) {
	owner, place, ok = ParseItemID(id)
	_, numbered := conversation.Number()
	return owner, place, ok && numbered == (owner != 0)
}

// number reads a number exactly as strconv writes it.
func number(digits string, least int64) (int64, bool) {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < least || n >= api.MaxID || strconv.FormatInt(n, 10) != digits {
		return 0, false
	}
	return n, true
}

// ConversationCursor is a conversation as a place in the list of conversations.
func ConversationCursor(conversation Key) string { return string(conversation) }
