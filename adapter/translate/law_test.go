package translate_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/present"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
)

// TestStreamIsHistory holds the law: what a page has after reading the streams of a thread is what items.list gives from
// another adapter, in pages of any size and in both orders.
func TestStreamIsHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := play(t)
		page := newThread()
		for i := range rapid.IntRange(1, 5).Draw(t, "turns") {
			stream := p.fresh().NewStream(p.next(i == 0))
			for i, body := range p.live {
				if slices.Contains(p.goesOn, i) {
					stream = p.fresh().GoOn(p.stored[len(p.stored)-1])
				}
				for _, event := range stream.Event(overTheWire(t, body)) {
					if err := page.read(event); err != nil {
						t.Fatalf("after %s: %v", body.EventType(), err)
					}
				}
				p.click(page)
			}
			p.actAlone(page)
		}
		live, err := page.list()
		if err != nil {
			t.Fatal(err)
		}
		kept := history{messages: p.stored, actions: p.actions, most: rapid.IntRange(1, 5).Draw(t, "messages a page")}
		for limit := 1; limit <= len(live)+1; limit++ {
			for _, order := range []string{chatkit.Ascending, chatkit.Descending} {
				listed, err := kept.itemsList(p.fresh(), translate.KeyOf(p.conversation), limit, order)
				if err != nil {
					t.Fatal(err)
				}
				if got, want := encode(t, listed), encode(t, live); got != want {
					t.Fatalf("%s, %d a page:\nlisted %s\nlive   %s", order, limit, got, want)
				}
			}
		}
	})
}

// next plays another turn, or an earlier one again.
func (p *playing) next(first bool) translate.Opening {
	p.live, p.goesOn = nil, nil
	switch {
	case first:
		p.turn()
		return translate.Thread
	case rapid.IntRange(0, 2).Draw(p.T, "again") == 0:
		p.retry()
		return translate.Again
	default:
		p.turn()
		return translate.Message
	}
}

// TestUnfinishedAnswer holds that an answer at work shows items that stay: a page that reads history in the middle of a
// turn, and again after it, sees nothing change or go.
func TestUnfinishedAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := play(t)
		p.turn()
		whole := fresh(t).Items(translate.KeyOf(p.conversation), p.stored[1])
		early := p.stored[1]
		early.State = api.StateRunning
		early.Steps = early.Steps[:rapid.IntRange(0, len(early.Steps)).Draw(t, "steps so far")]
		for i, item := range fresh(t).Items(translate.KeyOf(p.conversation), early) {
			if encode(t, item) != encode(t, whole[i]) {
				t.Fatalf("item %d changed from %s to %s", i, encode(t, item), encode(t, whole[i]))
			}
		}
	})
}

type fataler interface{ Fatal(...any) }

func fresh(t fataler) translate.Translator { return speaking(t, "en") }

// fresh is what another adapter gives this conversation's reader.
func (p *playing) fresh() translate.Translator { return speaking(p, p.language) }

var spoken = sync.OnceValues(present.NewLanguages)

// speaking is what another adapter gives a reader of a language.
func speaking(t fataler, language string) translate.Translator {
	languages, err := spoken()
	if err != nil {
		t.Fatal(err)
	}
	return translate.New(languages.For(language)).With(previews{})
}

func encode(t fataler, v any) string {
	encoded, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// overTheWire is a body as a reader of chatcore's stream gets it.
func overTheWire(t fataler, body api.Body) api.Body {
	var sent bytes.Buffer
	if err := api.Encode(&sent, api.Event{ID: "1.0.0.0", Body: body}); err != nil {
		t.Fatal(err)
	}
	for event, err := range api.Decode(&sent) {
		if err != nil {
			t.Fatal(err)
		}
		return event.Body
	}
	return nil
}
