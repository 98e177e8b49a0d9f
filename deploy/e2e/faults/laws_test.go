package faults_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

// rows gives the first column of a query, as text: each row is a breach of a law.
func rows(ctx context.Context, query string, args ...any) []string {
	GinkgoHelper()
	found := []string{}
	Expect(database.SelectContext(ctx, &found, query, args...)).To(Succeed())
	return found
}

// checkStored checks what is stored, of everybody.
func checkStored(ctx context.Context) (broken []string) {
	for law, query := range storedLaws {
		for _, found := range rows(ctx, query) {
			broken = append(broken, brief("%s: %s", law, found))
		}
	}
	return broken
}

// calls are those of the model and those of people, each once.
const calls = `(
	SELECT user_id, call_key, tool, parameters::jsonb FROM tool_calls UNION
	SELECT user_id, call_key, tool, parameters::jsonb FROM actions)`

// storedLaws have a query each that gives what breaks them.
var storedLaws = map[string]string{
	"no lease is left": `
		SELECT format('%s run %s of %s, attempt %s', user_id, run_id, owner_url, attempt) FROM turn_leases
		UNION ALL SELECT format('%s action %s, attempt %s', user_id, action_id, attempt) FROM action_leases`,
	"no message is at work": `
		SELECT format('%s message %s', user_id, id) FROM messages WHERE state = 'running'`,
	"no step is open": `
		SELECT format('%s step %s', user_id, id) FROM steps WHERE state = 'open'`,
	"no call is pending, but what a turn waits for": `
		SELECT format('%s call %s %s', c.user_id, c.call_key, c.tool) FROM tool_calls c
		JOIN steps s ON s.user_id = c.user_id AND s.id = c.step_id JOIN messages m ON m.user_id = s.user_id AND m.id = s.message_id
		WHERE c.status IN ('pending', 'running') AND (c.waits_for IS NULL OR m.state <> 'waiting')`,
	"a turn that waits has what it waits for": `
		SELECT format('%s message %s', m.user_id, m.id) FROM messages m WHERE m.state = 'waiting' AND (
			SELECT count(*) FROM tool_calls c JOIN steps s ON s.user_id = c.user_id AND s.id = c.step_id
			WHERE s.user_id = m.user_id AND s.message_id = m.id AND c.status = 'pending' AND c.waits_for IS NOT NULL) <> 1`,
	"each question has one answer": `
		SELECT format('%s %L has %s', q.user_id, q.content, count(a.id))
		FROM messages q LEFT JOIN messages a ON a.user_id = q.user_id AND a.reply_to = q.id AND a.superseded_at IS NULL
		WHERE q.role = 'user' AND q.superseded_at IS NULL GROUP BY q.user_id, q.id, q.content HAVING count(a.id) <> 1`,
	"an answer has words": `
		SELECT format('%s message %s, %s %s', user_id, id, state, code) FROM messages WHERE role = 'assistant' AND content = ''`,
	"a message is counted once": `
		SELECT format('%s conversation %s says %s, has %s', c.user_id, c.id, c.message_count, count(m.id))
		FROM conversations c LEFT JOIN messages m ON m.user_id = c.user_id AND m.conversation_id = c.id AND m.superseded_at IS NULL
		GROUP BY c.user_id, c.id, c.message_count HAVING c.message_count <> count(m.id)`,
	"an executed call has its effect": `
		SELECT format('%s call %s %s', c.user_id, c.call_key, c.tool) FROM tool_calls c
		LEFT JOIN tool_effects e ON e.user_id = c.user_id AND e.call_key = c.call_key
		WHERE c.tool IN ('add_task', 'complete_task') AND c.status = 'executed' AND e.result ->> 'answer' IS NULL`,
	"an effect has its record": `
		SELECT format('%s call %s: %s %s', e.user_id, e.call_key, c.status, c.code) FROM tool_effects e
		LEFT JOIN (
			SELECT user_id, call_key, status, code FROM tool_calls UNION ALL
			SELECT user_id, call_key, status, code FROM actions) c ON e.user_id = c.user_id AND e.call_key = c.call_key
		WHERE e.result ->> 'answer' IS NOT NULL AND c.status IS DISTINCT FROM 'executed'
			AND c.code IS DISTINCT FROM 'tool_unreachable' AND c.code IS DISTINCT FROM 'tool_timeout'`,
	"a task was added by one call": `
		SELECT format('%s %L: %s tasks, %s effects', COALESCE(t.user_id, e.user_id), COALESCE(t.title, e.title), t.n, e.n)
		FROM (SELECT user_id, title, count(*) n FROM tasks GROUP BY user_id, title) t
		FULL JOIN (
			SELECT e.user_id, c.parameters ->> 'title' AS title, count(*) n FROM tool_effects e
			JOIN ` + calls + ` c ON c.user_id = e.user_id AND c.call_key = e.call_key
			WHERE c.tool = 'add_task' AND e.result ->> 'answer' IS NOT NULL GROUP BY 1, 2) e
		ON e.user_id = t.user_id AND e.title = t.title
		WHERE t.n IS DISTINCT FROM 1 OR e.n IS DISTINCT FROM 1`,
	"a task was turned over once a call": `
		SELECT format('%s task %s is completed: %s, after %s', t.user_id, t.task_id, t.completed, count(e.call_key))
		FROM tasks t
		LEFT JOIN ` + calls + ` c ON c.user_id = t.user_id AND c.tool = 'complete_task' AND c.parameters ->> 'task_id' = t.task_id::text
		LEFT JOIN tool_effects e ON e.user_id = c.user_id AND e.call_key = c.call_key AND e.result ->> 'answer' IS NOT NULL
		GROUP BY t.user_id, t.task_id, t.completed HAVING t.completed <> (count(e.call_key) % 2 = 1)`,
	"a record says what the effect was": `
		SELECT format('%s call %s', c.user_id, c.call_key) FROM tool_calls c
		JOIN tool_effects e ON e.user_id = c.user_id AND e.call_key = c.call_key
		WHERE c.status = 'executed' AND (e.result -> 'answer')::jsonb IS DISTINCT FROM c.result::jsonb`,
}

// checkSaid checks what people were told against what is stored.
func (w *world) checkSaid(ctx context.Context) (broken []string) {
	type row struct {
		User    string `db:"user_id"`
		Content string `db:"content"`
	}
	var stored []row
	Expect(database.SelectContext(ctx, &stored, `SELECT user_id, content FROM messages WHERE role = 'user'`)).To(Succeed())
	there := map[row]int{}
	for _, r := range stored {
		there[r]++
	}
	answers := map[string]string{}
	var all []struct {
		Key     string `db:"key"`
		Content string `db:"content"`
	}
	Expect(database.SelectContext(ctx, &all, `SELECT user_id || id AS key, content FROM messages WHERE role = 'assistant'`)).To(Succeed())
	for _, a := range all {
		answers[a.Key] = a.Content
	}
	for _, s := range w.said {
		n := there[row{s.user, s.text}]
		switch {
		case s.accepted && n == 0:
			broken = append(broken, brief("%q was accepted and is not stored", s.text))
		case s.refused && n > 0:
			broken = append(broken, brief("%q was refused and is stored", s.text))
		case n > 1 && w.ambiguous(s):
			w.count("stored again after a cut that looked like a Stop")
		case n > 1 && w.unlucky(ctx, s):
			w.count("stored again after the adapter died with the turn's end in its hands")
		case n > 1:
			broken = append(broken, brief("%q is stored %d times; it was sent from %s to %s; its answers: %s",
				s.text, n, clock(s.first), clock(s.last), strings.Join(answersTo(ctx, s), "; ")))
		}
		if content := answers[fmt.Sprint(s.user, s.answer)]; s.answer != 0 && content != s.response {
			broken = append(broken, brief("the answer to %q was told as %q and is stored as %q", s.text, s.response, content))
		}
	}
	return broken
}

// answersTo describes the turns that a message began.
func answersTo(ctx context.Context, s *said) []string {
	return rows(ctx, `
		SELECT format('run %s in %s from %s to %s, %s, end seen: %s', a.id, a.conversation_id, a.created_at::time, a.ended_at::time, a.state, a.end_seen)
		FROM messages q JOIN messages a ON a.user_id = q.user_id AND a.reply_to = q.id
		WHERE q.user_id = $1 AND q.content = $2 ORDER BY a.id`, s.user, s.text)
}

func clock(t time.Time) string { return t.UTC().Format("15:04:05.000") }

// checkHistories checks the law of stream and history, on both adapters.
func (w *world) checkHistories(ctx context.Context) (broken []string) {
	whole := 0
	for n, t := range w.talks {
		items, err := w.history(ctx, t, 0, 1000)
		if err != nil {
			broken = append(broken, brief("reading %s of %s: %v", t.id, t.user, err))
			continue
		}
		adapter, limit := n%2, []int{1, 2, 1 + len(items)/2, 1000}[n/2%4]
		if again, err := w.history(ctx, t, adapter, limit); err != nil || !reflect.DeepEqual(again, items) {
			broken = append(broken, brief("%s of %s is another one at adapter %d in pages of %d (%v)", t.id, t.user, adapter+1, limit, err))
		}
		broken = append(broken, t.compare(items)...)
		if !t.torn {
			whole++
		}
	}
	GinkgoWriter.Printf("%d threads, %d of them streamed whole\n", len(w.talks), whole)
	return broken
}

// compare compares what the page saw with the history.
func (t *talk) compare(items []wire.Object) (broken []string) {
	stored := map[string]wire.Object{}
	for _, item := range items {
		stored[item["id"].(string)] = item
	}
	for id, item := range t.done {
		if !reflect.DeepEqual(stored[id], item) {
			broken = append(broken, brief("in %s of %s item %s was shown as %v and is stored as %v", t.id, t.user, id, item, stored[id]))
		}
	}
	if !t.torn && !reflect.DeepEqual(t.thread.Items, items) {
		broken = append(broken, fmt.Sprintf("the streams of %s of %s (%s) fold to something else than its history:\n%s",
			t.id, t.user, t.came, strings.Join(differences(t.thread.Items, items), "\n")))
	}
	return broken
}

// differences are the first few between what was folded and what is stored.
func differences(folded, stored []wire.Object) (lines []string) {
	for i := range max(len(folded), len(stored)) {
		var one, other wire.Object
		if i < len(folded) {
			one = folded[i]
		}
		if i < len(stored) {
			other = stored[i]
		}
		if !reflect.DeepEqual(one, other) && len(lines) < 6 {
			lines = append(lines, brief("  item %d: folded %v", i, one), brief("  item %d: stored %v", i, other))
		}
	}
	return lines
}

// history reads a thread through one adapter.
func (w *world) history(ctx context.Context, t *talk, adapter, limit int) ([]wire.Object, error) {
	token, err := system.Token(t.user)
	if err != nil {
		return nil, err
	}
	page := wire.Page{URL: system.PageURLAt(system.Adapters[adapter]), Token: token}
	items := []wire.Object{}
	params := wire.Object{"thread_id": t.id, "limit": limit, "order": "asc"}
	for {
		answer, err := page.Call(ctx, "items.list", params)
		if err != nil {
			return nil, err
		}
		for _, item := range answer["data"].([]any) {
			items = append(items, item.(wire.Object))
		}
		if answer["has_more"] != true {
			return items, nil
		}
		params["after"] = answer["after"]
	}
}
