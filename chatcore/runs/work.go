package runs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/cenkalti/backoff/v5"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ownerdb"
)

// work is the run's goroutine.
func (m *Manager) work(ctx context.Context, j *journal, answer func(context.Context) agent.Ending) {
	defer m.wait.Done()
	defer func() {
		m.mu.Lock()
		delete(m.atWork, j.run)
		m.mu.Unlock()
		close(j.run.ended)
		j.run.stop(nil)
	}()
	ending := answer(ctx)
	if errors.Is(context.Cause(ctx), agent.ErrInterrupted) {
		m.handOver(context.WithoutCancel(ctx), j)
		return
	}
	if ending.Code == agent.CodeInternal && ownerdb.IsAway(ending.Err) { // for as long as a journal tries
		m.log.ErrorContext(ctx, "a turn was given up; its lease will end", "run_id", j.run.ID, "error", ending.Err)
		j.run.giveUp()
		return
	}
	if ending.Failed {
		m.log.WarnContext(ctx, "a turn failed", "run_id", j.run.ID, "code", ending.Code, "error", ending.Err)
	}
	m.end(ctx, j, ending)
}

// handOver leaves a turn to another replica, or to this one when it is started again.
func (m *Manager) handOver(ctx context.Context, j *journal) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := m.store.ReleaseTurn(ctx, j.run.leased()); err != nil {
		m.log.WarnContext(ctx, "a turn could not be handed over; its lease will end", "run_id", j.run.ID, "error", err)
	}
	m.log.InfoContext(ctx, "handed a turn over", "run_id", j.run.ID)
	j.run.giveUp()
}

// answer lets the agent answer. A panic is the end of this turn and of no other.
func (m *Manager) answer(ctx context.Context, turn agent.Turn, j *journal) (ending agent.Ending) {
	defer func() {
		if value := recover(); value != nil {
			m.log.ErrorContext(ctx, "a turn panicked", "run_id", j.run.ID, "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			ending = agent.Broken(fmt.Errorf("panic: %v", value))
		}
	}()
	return m.agent.Answer(ctx, turn, j)
}

// end closes the answer with the ending's sentence, stores it as a message, and shows the end. While the database is away
// it tries on: a turn that ended and a stored answer are the same thing. When that takes too long the run is given up: its
// lease ends, and whoever takes it over, perhaps this replica, ends it as soon as that can be stored.
func (m *Manager) end(ctx context.Context, j *journal, ending agent.Ending) {
	if !ending.Failed {
		m.awaitTitle(ctx, j.run)
	}
	answer, conversation, err := m.storeEnd(ctx, j, ending)
	if err == nil {
		j.news(conversation)
		j.end(endOf(ending, answer), answer)
		return
	}
	if !errors.Is(err, store.ErrNotFound) { // taken over, ended elsewhere, or deleted: who follows will see
		m.log.ErrorContext(ctx, "a turn's end could not be stored; its lease will end", "run_id", j.run.ID, "error", err)
	}
	j.run.giveUp()
}

func endOf(ending agent.Ending, answer api.Message) api.Body {
	switch {
	case ending.Waits != nil:
		return waitingOf(answer)
	case ending.Code == agent.CodeStopped:
		return api.RunCancelled{Reason: ending.Code, Answer: &answer}
	case ending.Failed:
		sentence := ending.Sentence
		if sentence == "" { // an earlier process stored it
			sentence = agent.Failed(ending.Code).Sentence
		}
		return api.RunFailed{Code: ending.Code, Message: sentence, Retryable: ending.Retryable, Answer: &answer}
	default:
		return api.RunCompleted{Answer: answer}
	}
}

func (m *Manager) storeEnd(ctx context.Context, j *journal, ending agent.Ending) (answer api.Message, conversation api.Conversation, err error) {
	waiting, done := untilInterrupted(ctx)
	defer done()
	ctx, said := context.WithoutCancel(ctx), ending.Sentence == ""
	answer, err = backoff.Retry(waiting, func() (answer api.Message, err error) {
		if !said {
			if err := j.say(ctx, ending.Code, ending.Sentence); err != nil {
				return answer, permanent(err)
			}
			said = true
		}
		end := store.TurnEnd{
			UserID: j.run.UserID, ConversationID: j.place.ConversationID, RunID: j.run.ID, OwnerURL: j.run.owner,
			State: stateOf(ending), Code: codeOf(ending), LostCall: lostCall(), Shown: j.shown(),
		}
		if ending.Waits != nil {
			end.WaitsFor = ending.Waits.Sentence
		}
		ctx, cancel := bounded(ctx)
		defer cancel()
		answer, conversation, err = m.store.EndTurn(ctx, end)
		return answer, permanent(err)
	}, backoff.WithBackOff(delays(m.config.EndDelay)), backoff.WithMaxElapsedTime(m.config.EndTime))
	return answer, conversation, err
}

// permanent stops trying where another try can't help: the conversation was deleted, or the turn ended elsewhere.
func permanent(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return backoff.Permanent(err)
	}
	return err
}

func stateOf(ending agent.Ending) string {
	switch {
	case ending.Waits != nil:
		return api.StateWaiting
	case ending.Code == agent.CodeStopped:
		return api.StateStopped
	case ending.Failed:
		return api.StateFailed
	default:
		return api.StateDone
	}
}

func codeOf(ending agent.Ending) string {
	if ending.Failed {
		return ending.Code
	}
	return ""
}
