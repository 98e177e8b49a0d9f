package attack_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// tables are those with a user's rows.
func tables(ctx context.Context) (names []string) {
	GinkgoHelper()
	Expect(database.SelectContext(ctx, &names, `
		SELECT table_name FROM information_schema.columns
		WHERE table_schema = 'public' AND column_name = 'user_id' ORDER BY table_name`)).To(Succeed())
	Expect(names).To(ContainElements("tasks", "messages", "tool_calls"), "or this suite looks at nothing")
	return names
}

// snapshot is a fingerprint of every row of some users.
func snapshot(ctx context.Context, users []string) string {
	GinkgoHelper()
	var parts []string
	for _, table := range theTables {
		parts = append(parts, fmt.Sprintf(`
			SELECT '%[1]s=' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') AS print FROM public.%[1]s t
			WHERE user_id = ANY(string_to_array($1, ','))`, table))
	}
	var prints []string
	Expect(database.SelectContext(ctx, &prints, strings.Join(parts, " UNION ALL ")+" ORDER BY print", strings.Join(users, ","))).To(Succeed())
	return strings.Join(prints, "\n")
}

// settled is a snapshot that stays as it is: nobody is at work.
func settled(ctx context.Context, users []string) (last string) {
	GinkgoHelper()
	Eventually(ctx, func() bool {
		before := last
		last = snapshot(ctx, users)
		return last == before
	}).WithTimeout(30 * time.Second).WithPolling(50 * time.Millisecond).Should(BeTrue())
	return last
}

var (
	requestID = regexp.MustCompile(`"request_id":"[^"]*"`)                        // differs in each answer
	isNew     = regexp.MustCompile(`\d{12,}|"position":\d+|"2\d{3}-[^"]*Z"|_\d+`) // in what the attacker did to its own, twice
)

// comparable is an answer but for the request's id, and for the ids that it was asked with.
func comparable(status int, body []byte, ids []string) string {
	answer := fmt.Sprintf("%d %s", status, requestID.ReplaceAllString(string(body), `"request_id":"…"`))
	if status == http.StatusOK {
		return isNew.ReplaceAllString(answer, "{new}")
	}
	for _, id := range ids {
		answer = strings.ReplaceAll(answer, id, "{id}")
	}
	return answer
}

// attacker has valid tokens of its own, and every id.
type attacker struct {
	name        string
	chat, tools string // tokens
	dice        *rand.Rand
	loot        loot
}

func (a *attacker) bearer(k knock) string {
	if k.to == "tools" {
		return a.tools
	}
	return a.chat
}

// try knocks at a door with ids of others, and returns what is wrong with the answer.
func (a *attacker) try(ctx context.Context, d door, path string) (fault string) {
	GinkgoHelper()
	var with, without []string
	foreign := false
	for _, kind := range d.takes {
		one := a.loot.pick(a.dice, kind, a.name)
		nobody := one.ID
		if one.Owner != a.name {
			foreign, nobody = true, twin(a.dice, one, with, without)
		}
		with, without = append(with, one.ID), append(without, nobody)
	}
	k := d.knock(with)
	foreign = foreign || k.to == "chatcore" && path != a.name
	status, body := send(ctx, k, path, a.bearer(k))
	if strings.Contains(strings.ToLower(string(body)), strings.ToLower(secret)) {
		return fmt.Sprintf("%s with %v revealed: %d %s", d.name, with, status, body)
	}
	if !foreign {
		return "" // its own: whatever it does to itself
	}
	other, nowhere := d.knock(without), path
	if path != a.name {
		nowhere = "nobody-has-this-name"
	}
	otherStatus, otherBody := send(ctx, other, nowhere, a.bearer(other))
	if got, want := comparable(status, body, with), comparable(otherStatus, otherBody, without); got != want {
		return fmt.Sprintf("%s with %v answered\n%s\nand with %v, which are not there,\n%s", d.name, with, got, without, want)
	}
	return ""
}

// aRound is how many steps are made against the same two people: what they have grows, and is looked at after each step.
const aRound = 2000

var _ = Describe("An attacker with valid tokens and every id", func() {
	It("reads, changes and learns nothing of others", func(ctx SpecContext) {
		seed := *attackSeed
		if seed == 0 {
			seed = uint64(GinkgoRandomSeed()) + uint64(time.Now().UnixNano())
		}
		GinkgoWriter.Printf("-attack.seed=%d\n", seed)
		dice := rand.New(rand.NewPCG(seed, 1))
		began, taken := time.Now(), map[string]int{}
		for done := 0; done < *steps; done += aRound {
			r := newRound(ctx, fmt.Sprintf("%d-%d", seed, done), dice)
			for step := range min(aRound, *steps-done) {
				if step%100 == 0 {
					r.live(ctx)
				}
				where := fmt.Sprintf("step %d, -attack.seed=%d", done+step, seed)
				d := r.step(ctx, where)
				taken[d]++
			}
		}
		AddReportEntry("the attack", fmt.Sprintf("%d steps in %s, seed %d: %v", *steps, time.Since(began).Round(time.Second), seed, taken))
	})
})

// round is two people and their attacker.
type round struct {
	names   []string
	people  []*honest // and the attacker as an honest user, last
	mallory *attacker
	doors   []door
	before  string
}

func newRound(ctx context.Context, suffix string, dice *rand.Rand) *round {
	GinkgoHelper()
	r := &round{doors: doors(), mallory: &attacker{name: "mallory-" + suffix, dice: dice}, names: []string{"alice-" + suffix, "bob-" + suffix}}
	for _, name := range append(slices.Clone(r.names), r.mallory.name) {
		r.people = append(r.people, newHonest(ctx, name, dice))
	}
	return r
}

// live lets the people do something, with new tokens. The attacker sees every new id.
func (r *round) live(ctx context.Context) {
	GinkgoHelper()
	for _, one := range r.people {
		one.page.Token = token(ctx, one.name, "")
		if one.name == r.mallory.name {
			one.begin(ctx, "Add a task to be good")
			continue
		}
		for range 4 {
			one.live(ctx)
		}
	}
	m := r.mallory
	m.chat, m.tools = token(ctx, m.name, ""), token(ctx, m.name, "taskpilot-tools")
	r.before = settled(ctx, r.names)
	m.loot = look(ctx, append(slices.Clone(r.names), m.name)...)
}

// step tries one door, and names it.
func (r *round) step(ctx context.Context, where string) string {
	GinkgoHelper()
	d := r.doors[r.mallory.dice.IntN(len(r.doors))]
	for d.rare && r.mallory.dice.IntN(8) != 0 {
		d = r.doors[r.mallory.dice.IntN(len(r.doors))]
	}
	path := r.mallory.name
	if r.mallory.dice.IntN(4) == 0 {
		path = r.names[r.mallory.dice.IntN(len(r.names))]
	}
	Expect(r.mallory.try(ctx, d, path)).To(BeEmpty(), where)
	Expect(snapshot(ctx, r.names)).To(Equal(r.before), "%s changed something of others: %s", d.name, where)
	return d.name
}
