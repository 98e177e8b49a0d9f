package api

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Position is where an event stands in its turn. It is computed from what is stored (or will be), never counted, so a
// reader can go on from any event's id on any replica, before and after a crash. Positions are ordered.
//
// On the wire it is "step.part.index.offset" in decimal.
type Position struct {
	Step   int  // the step's ordinal in the turn, from 1; 0 before the first step
	Part   Part // which part of the step
	Index  int  // of calls: their index when they start, the rank in which they finished when they end; of the conversation: 1 before the turn's end
	Offset int  // of text: bytes of UTF-8 up to and including this event
}

// Part is a part of a step, or of the turn before and after its steps, in the order in which they come.
type Part int

// The parts of a step. Run.started is the PartStarted of step 0, and the turn's end is the PartEnd of its last step.
const (
	PartStarted Part = iota
	PartText
	PartTextCompleted
	PartCallStarted
	PartCallFinished
	PartCompleted // or discarded
	PartWaiting   // run.waiting, and behind it the end of the call that was waited for (index 1) and of its step (index 2)
	PartConversation
	PartEnd
)

// Compare orders positions: negative when p comes before q.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Step, q.Step), cmp.Compare(p.Part, q.Part),
		cmp.Compare(p.Index, q.Index), cmp.Compare(p.Offset, q.Offset))
}

// Before says that p comes before q.
func (p Position) Before(q Position) bool { return p.Compare(q) < 0 }

// String is the position as an event id.
func (p Position) String() string {
	return fmt.Sprintf("%d.%d.%d.%d", p.Step, p.Part, p.Index, p.Offset)
}

// ParsePosition reads an event id.
func ParsePosition(id string) (Position, error) {
	fields := strings.Split(id, ".")
	if len(fields) != 4 {
		return Position{}, fmt.Errorf("an event id has four numbers, got %q", id)
	}
	var numbers [4]int
	for i, field := range fields {
		n, err := strconv.ParseUint(field, 10, 31)
		if err != nil {
			return Position{}, fmt.Errorf("reading the event id %q: %w", id, err)
		}
		numbers[i] = int(n)
	}
	p := Position{Step: numbers[0], Part: Part(numbers[1]), Index: numbers[2], Offset: numbers[3]}
	if p.Part > PartEnd {
		return Position{}, fmt.Errorf("the event id %q names no part of a step", id)
	}
	return p, nil
}
