// Package cases holds what the agent is graded by: utterances and dialogues with what is right in each turn.
//
// A case begins with the tasks that somebody has, and goes on turn by turn: what they say, the calls that are right, and the
// tasks that they should have then. Tasks are written as one line each: "[x] Title :: description", of which only the title
// has to be there. Where several answers are right, "|" stands between them.
package cases
