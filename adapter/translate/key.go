package translate

import (
	"regexp"
	"strconv"

	"taskpilot/chatcore/api"
)

// Key names a conversation to its chat service: the number that chatcore gave it, in decimal, or what another chat service
// calls it, as api.Conversation.Key has it. A thread's id is made of it.
type Key string

// KeyOf names a conversation.
func KeyOf(c api.Conversation) Key {
	if c.Key != "" {
		return Key(c.Key)
	}
	return NumberKey(c.ID)
}

// NumberKey names a conversation that has a number.
func NumberKey(id int64) Key { return Key(strconv.FormatInt(id, 10)) }

// Number is the conversation's number; ok is false where it has none.
func (k Key) Number() (id int64, ok bool) { return number(string(k), 1) }

// otherKey is what a key is like that is no number. It has none of the "_" that part ids, and begins like no other id.
var otherKey = regexp.MustCompile(`^[a-z]\.[A-Za-z0-9.-]+$`)

// maxKey is the most bytes of a key.
const maxKey = 600

func (k Key) valid() bool {
	_, numbered := k.Number()
	return numbered || len(k) <= maxKey && otherKey.MatchString(string(k))
}
