package grade

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"taskpilot/deploy/eval/cases"
)

// Service is a chat service with tasks, in front of one person.
type Service interface {
	// Tasks are the person's, with their ids.
	Tasks(ctx context.Context) (map[int64]cases.Task, error)
	// Add adds a task for the person, as a case has it.
	Add(ctx context.Context, task cases.Task) error
	// Say says something in the person's one conversation.
	Say(ctx context.Context, text string) (Answer, error)
}

// Answer is what came of something said.
type Answer struct {
	Text  string
	Calls []Call
	Took  time.Duration
}

// Call is a call that the agent made.
type Call struct {
	Tool      string
	Arguments map[string]any
}

// CallOf reads a call's arguments; what is no object has none.
func CallOf(tool string, parameters json.RawMessage) Call {
	call := Call{Tool: tool}
	_ = json.Unmarshal(parameters, &call.Arguments) // a model may have written anything
	return call
}

// Play plays a case. An error is the harness's or the service's: a turn that could not be had, not a bad one.
func Play(ctx context.Context, service Service, c cases.Case) ([]Marks, error) {
	for _, line := range c.Have {
		if err := service.Add(ctx, cases.AnyTask(line)[0]); err != nil {
			return nil, fmt.Errorf("preparing the tasks: %w", err)
		}
	}
	before, err := service.Tasks(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking at the tasks: %w", err)
	}
	var all []Marks
	for _, turn := range c.Turns {
		answer, err := service.Say(ctx, turn.Say)
		if err != nil {
			return all, fmt.Errorf("saying %q: %w", turn.Say, err)
		}
		after, err := service.Tasks(ctx)
		if err != nil {
			return all, fmt.Errorf("looking at the tasks: %w", err)
		}
		marks := mark(turn, answer, before, after)
		marks.Kind = c.Kind
		all = append(all, marks)
		before = after
	}
	return all, nil
}
