package attack_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Kinds of ids that a request may carry.
const (
	aConversation = "conversation"
	aQuestion     = "question" // a user's message
	aRun          = "run"      // which is an answer
	aCall         = "call"
	anItem        = "item"
	anAttachment  = "attachment"
	aSession      = "session"
	aTask         = "task"
	anEvent       = "event" // a place in a run's stream
)

// thing is an id of somebody's; without an owner it is nobody's.
type thing struct{ Kind, ID, Owner string }

// loot is every id that there is, by its kind: the attacker is given them all.
type loot map[string][]thing

// look gathers the loot from the database itself.
func look(ctx context.Context, users ...string) loot {
	GinkgoHelper()
	found := loot{}
	var rows []thing
	for _, query := range []string{
		`SELECT 'conversation' AS kind, id::text AS id, user_id AS owner FROM conversations`,
		`SELECT CASE role WHEN 'user' THEN 'question' ELSE 'run' END AS kind, id::text AS id, user_id AS owner FROM messages`,
		`SELECT 'call' AS kind, id::text AS id, user_id AS owner FROM tool_calls`,
		`SELECT 'item' AS kind, 'msg_' || id || '_' || position AS id, user_id AS owner FROM messages WHERE role = 'user'`,
		`SELECT 'item' AS kind, 'msg_' || id || '_' || position AS id, user_id AS owner FROM steps`,
		`SELECT 'item' AS kind, 'msg_' || s.id || '_' || s.position || '_' || c.index AS id, s.user_id AS owner
			FROM tool_calls c JOIN steps s ON s.user_id = c.user_id AND s.id = c.step_id`,
		`SELECT 'event' AS kind, ordinal || '.1.1.0' AS id, user_id AS owner FROM steps`,
		`SELECT 'attachment' AS kind, id::text AS id, user_id AS owner FROM attachments`,
		`SELECT 'session' AS kind, session_id AS id, user_id AS owner FROM chatkit_sessions`,
		`SELECT 'task' AS kind, task_id::text AS id, user_id AS owner FROM public.tasks`,
	} {
		rows = rows[:0]
		Expect(database.SelectContext(ctx, &rows, `SELECT * FROM (`+query+`) AS t WHERE owner = ANY(string_to_array($1, ',')) ORDER BY id`,
			strings.Join(users, ","))).To(Succeed())
		for _, row := range rows {
			found[row.Kind] = append(found[row.Kind], row)
		}
	}
	return found
}

// pick takes an id of a kind: mostly another's, sometimes the attacker's own, sometimes a guess beside a real one.
func (l loot) pick(dice *rand.Rand, kind, attacker string) thing {
	var own, others []thing
	for _, one := range l[kind] {
		if one.Owner == attacker {
			own = append(own, one)
		} else {
			others = append(others, one)
		}
	}
	switch roll := dice.IntN(10); {
	case roll < 6 && len(others) > 0:
		return others[dice.IntN(len(others))]
	case roll < 8 && len(own) > 0:
		return own[dice.IntN(len(own))]
	case roll < 9 && len(others) > 0:
		return l.known(beside(others[dice.IntN(len(others))], dice))
	}
	return absent(dice, thing{Kind: kind, ID: anyID(kind)})
}

// known says whose a guess is, when it hit.
func (l loot) known(guess thing) thing {
	for _, one := range l[guess.Kind] {
		if one.ID == guess.ID {
			return one
		}
	}
	return guess
}

// anyID has the form of its kind.
func anyID(kind string) string {
	switch kind {
	case anItem:
		return "msg_1_1"
	case aSession:
		return "cks_X"
	case anEvent:
		return "1.1.1.0"
	default:
		return "1"
	}
}

// beside is a guess: a number near a real one, which may be real.
func beside(one thing, dice *rand.Rand) thing {
	number, err := strconv.ParseInt(one.ID, 10, 64)
	if err != nil {
		return one
	}
	return thing{Kind: one.Kind, ID: strconv.FormatInt(number+int64(dice.IntN(5))-2, 10)}
}

// absent is the same that nobody has. Of an item the place stays: it is a cursor, which needs no item.
func absent(dice *rand.Rand, one thing) thing {
	fresh := strconv.FormatInt(1+dice.Int64N(1<<52), 10)
	switch one.Kind {
	case anItem:
		parts := strings.Split(one.ID, "_")
		parts[1] = fresh
		one.ID = strings.Join(parts, "_")
	case aSession:
		one.ID = "cks_" + fmt.Sprintf("%026d", dice.Uint64())
	case anEvent:
	default:
		one.ID = fresh
	}
	one.Owner = ""
	return one
}

// twin is what stands for an id in the request that asks for nothing that is there. What is named twice is named twice there,
// too.
func twin(dice *rand.Rand, one thing, with, without []string) string {
	if i := slices.Index(with, one.ID); i >= 0 {
		return without[i]
	}
	return absent(dice, one).ID
}
