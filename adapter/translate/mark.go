package translate

import (
	"slices"
	"strconv"
	"strings"

	"taskpilot/chatcore/api"
)

// Mark is where one of ChatKit's events stands in a turn. A reader that gives it back goes on behind that event, whichever
// adapter it asks. On the wire it is "run/position", and where there is more to say "run/position/left/item/item…".
type Mark struct {
	Run  int64
	At   api.Position // of chatcore's event that it was made from
	Left int          // how many more were made from the same one
	Open []string     // items of steps that were at work then: should such a step be discarded, they have to go
}

func (m Mark) String() string {
	fields := []string{strconv.FormatInt(m.Run, 10), m.At.String()}
	if m.Left > 0 || len(m.Open) > 0 {
		fields = append(append(fields, strconv.Itoa(m.Left)), m.Open...)
	}
	return strings.Join(fields, "/")
}

// IsEnd says that nothing of the turn comes behind the mark.
func (m Mark) IsEnd() bool { return m.At.Part == api.PartEnd && m.Left == 0 }

// maxMark is the most bytes of a mark that are read. A step has few items.
const maxMark = 4 << 10

// ParseMark reads a mark; ok is false for what cannot be one of ours.
func ParseMark(text string) (m Mark, ok bool) {
	fields := strings.Split(text, "/")
	if len(text) > maxMark || len(fields) < 2 {
		return Mark{}, false
	}
	if m.Run, ok = number(fields[0], 1); !ok {
		return Mark{}, false
	}
	var err error
	if m.At, err = api.ParsePosition(fields[1]); err != nil {
		return Mark{}, false
	}
	if len(fields) == 2 {
		return m, true
	}
	left, ok := number(fields[2], 0)
	m.Left = int(left)
	if len(fields) > 3 {
		m.Open = fields[3:]
	}
	if slices.ContainsFunc(m.Open, noItem) {
		return Mark{}, false
	}
	return m, ok
}

func noItem(id string) bool {
	_, _, ok := ParseItemID(id)
	return !ok
}
