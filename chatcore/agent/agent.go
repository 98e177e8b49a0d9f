package agent

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"taskpilot/chatcore/api"
)

// Config of an Agent. The zero value of each number takes the default beside it.
type Config struct {
	System      string        // the system prompt
	MaxSteps    int           // 8: replies of the model in one turn
	MaxTime     time.Duration // 60 s: for the whole turn; a call that began still ends
	MaxFailures int           // 3: steps in a row in which every call failed
	MaxTries    int           // 4: requests to the model for one step, while nothing of it was shown
	RetryDelay  time.Duration // 500 ms: before the second try; it grows
	MaxParallel int           // 8: calls of one step at the same time
	Files       Files         // nil: the model is told the names of what people attach, and no more
	NoImages    bool          // the model sees no images: it is told their names
	PageTools   []PageTool    // offered in every turn
	Confirm     Confirmation  // nil: no call needs the person's word
}

func (c Config) withDefaults() Config {
	orInt := func(value *int, otherwise int) {
		if *value == 0 {
			*value = otherwise
		}
	}
	orTime := func(value *time.Duration, otherwise time.Duration) {
		if *value == 0 {
			*value = otherwise
		}
	}
	orInt(&c.MaxSteps, 8)
	orInt(&c.MaxFailures, 3)
	orInt(&c.MaxTries, 4)
	orInt(&c.MaxParallel, 8)
	orTime(&c.MaxTime, time.Minute)
	orTime(&c.RetryDelay, 500*time.Millisecond)
	return c
}

// Agent answers turns. It keeps nothing between them and may be used by many at once.
type Agent struct {
	model  Model
	tools  Tools
	config Config
	log    *slog.Logger
}

// New makes an Agent.
func New(model Model, tools Tools, config Config, log *slog.Logger) *Agent {
	return &Agent{model: model, tools: tools, config: config.withDefaults(), log: log}
}

// Turn is what there is to answer: the conversation so far, whose last message is what the person said.
type Turn struct {
	Caller  Caller
	History []api.Message // answers with their steps
	Earlier []api.Message // earlier answers to the same message, which this one replaces
	ByHand  []ByHand      // what the person did between the messages of History, and since, in the order in which it ended
	Steps   []Taken       // steps of this very turn, when another process had begun it, or when it goes on from waiting

	Model      string     // empty: the configured one
	ToolChoice string     // for the turn's first reply: a tool's name or one of the Choose* words; empty: the model's own choice
	PageTools  []PageTool // offered in this turn only
}

// Answer runs the turn and says how it ended. Everything that was said and done on the way is in the journal. A
// cancelled ctx stops the turn; calls that began are finished and recorded first.
func (a *Agent) Answer(ctx context.Context, turn Turn, journal Journal) Ending {
	if ending, ended := EndedBefore(turn.Steps); ended {
		return ending
	}
	limited, cancel := context.WithTimeoutCause(ctx, a.config.MaxTime, errTimeLimit)
	defer cancel()
	work := &turnAtWork{Agent: a, caller: turn.Caller, journal: journal, asked: turn.Model}
	err := work.run(limited, turn)
	if err == nil {
		return work.ending()
	}
	var waits *Waits
	if errors.As(err, &waits) {
		return Ending{Waits: waits}
	}
	return endingOf(limited, err)
}

var errTimeLimit = errors.New("the turn's time is over")

// turnAtWork is what one Answer keeps while it runs.
type turnAtWork struct {
	*Agent
	caller   Caller
	journal  Journal
	asked    string // the model
	choice   string // of a tool, until the first reply is there
	offered  []Tool
	page     []PageTool
	messages []PromptMessage
	said     bool // any words in any step
	acted    bool // any call that was executed
	failures int  // steps in a row in which every call failed
	over     bool // a tool of the last step ended the turn

	allowed  *api.Confirms  // to which the person has just said yes
	declined []api.Confirms // to which they said no in this turn
}

// run goes from reply to reply until one asks for no tools.
func (w *turnAtWork) run(ctx context.Context, turn Turn) error {
	w.messages = withNotes(promptOf(turn.History, turn.ByHand, w.enclosures(ctx, turn.History)), turn)
	offered, err := w.tools.List(ctx, w.caller)
	if err != nil {
		return &failure{code: CodeToolsUnreachable, err: err}
	}
	w.offer(ctx, offered, turn.PageTools)
	if len(turn.Steps) == 0 && Choosable(turn.ToolChoice, w.offered) { // a tool may have gone since it was chosen
		w.choice = turn.ToolChoice
	}
	if err := w.goOn(ctx, turn.Steps); err != nil || w.over {
		return err
	}
	for range w.config.MaxSteps - stepsSince(turn.Steps) {
		reply, err := w.reply(ctx)
		if err != nil {
			return err
		}
		if len(reply.calls) == 0 {
			return nil
		}
		if err := w.act(ctx, reply); err != nil || w.over {
			return err
		}
	}
	return &failure{code: CodeStepLimit, err: errors.New("the model kept calling tools")}
}

// ending of a turn that came to its end by itself: an answer is never without words.
func (w *turnAtWork) ending() Ending {
	switch {
	case w.said:
		return Ending{}
	case w.acted:
		return Ending{Code: CodeDone, Sentence: sentences[CodeDone]}
	default:
		return failed(CodeNoAnswer, errors.New("the model said nothing"))
	}
}
