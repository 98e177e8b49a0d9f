// Package plain speaks to a chat service that is not chatcore: one that has the three lines (POST chat, GET conversations, GET
// one conversation) and need have nothing more, as a mapping says.
//
// Nothing is kept here. A message's place is its ordinal in its conversation, so what a turn shows is what history shows: before
// a message is sent the conversation is read, and when it was answered it is read again. A message is sent once, whatever
// happens, and is let finish when its page leaves.
package plain
