package agent

import (
	"context"
	"errors"
)

// Ending says how a turn ended. Sentence, when it is not empty, is for the person and closes the answer; Code names it
// for a user interface in another language. Failed is false for a turn that went well.
type Ending struct {
	Failed    bool
	Code      string
	Sentence  string
	Retryable bool
	Err       error  // for the log
	Waits     *Waits // of a turn that did not end: it goes on when the page has answered
}

// Codes of an Ending, beside the Model* codes.
const (
	CodeDone             = "done"      // went well, but the model found no words
	CodeNoAnswer         = "no_answer" // the model said and did nothing
	CodeStepLimit        = "step_limit"
	CodeTimeLimit        = "time_limit"
	CodeToolFailures     = "tool_failures"
	CodeToolsUnreachable = "tools_unreachable"
	CodeInterrupted      = "interrupted" // the process that was at work is gone
	CodeStopped          = "stopped"
	CodeInternal         = "internal"
)

// sentences are for the person: what happened and what to do, nothing of how.
var sentences = map[string]string{
	CodeDone:             "Done.",
	CodeNoAnswer:         "I have no answer to that. Please try saying it another way.",
	CodeStepLimit:        "This took more steps than I may take, so I stopped here. Please ask for a smaller part of it.",
	CodeTimeLimit:        "This took too long, so I stopped here. Please try again.",
	CodeToolFailures:     "That did not work several times in a row, so I stopped here. Please check what you asked for.",
	CodeToolsUnreachable: "I can't reach your tasks right now. Please try again in a moment.",
	CodeInterrupted:      "I was interrupted while answering. Please try again.",
	CodeStopped:          "Stopped.",
	CodeInternal:         "Something went wrong on our side. Please try again.",
	ModelUnreachable:     "I can't reach the language model right now. Please try again in a moment.",
	ModelOverloaded:      "The language model is overloaded right now. Please try again in a moment.",
	ModelCut:             "My answer was cut short. Please try again.",
	ModelRefused:         "The language model refused this request. Please tell whoever runs this service.",
	ModelInvalid:         "The language model gave an answer that I can't use. Please try again.",
}

// retryable are the failures that may well pass.
var retryable = map[string]bool{
	CodeTimeLimit: true, CodeToolsUnreachable: true, CodeInterrupted: true, CodeInternal: true,
	CodeNoAnswer: true, ModelUnreachable: true, ModelOverloaded: true, ModelCut: true, ModelInvalid: true,
}

// LostCall is what is recorded for a call whose end nobody saw.
func LostCall() Outcome { return *failedCall(CallUnreachable, lostCall) }

const lostCall = "The tool did not answer. It is not known whether it acted."

// Interrupted is the ending of a turn whose process is gone.
func Interrupted() Ending { return failed(CodeInterrupted, ErrInterrupted) }

// Failed is the ending of a turn that failed with a code.
func Failed(code string) Ending { return failed(code, nil) }

// Broken is the ending of a turn that met a fault of the program's.
func Broken(err error) Ending { return failed(CodeInternal, err) }

func failed(code string, err error) Ending {
	sentence, ok := sentences[code]
	if !ok {
		code, sentence = CodeInternal, sentences[CodeInternal]
	}
	return Ending{Failed: true, Code: code, Sentence: sentence, Retryable: retryable[code], Err: err}
}

// failure is an error that ends a turn and knows its code.
type failure struct {
	code string
	err  error
}

func (f *failure) Error() string { return f.code + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// ErrInterrupted, as the cause of a cancelled context, says that the process is going down. Any other cancellation is
// somebody's wish to stop the turn.
var ErrInterrupted = errors.New("the process is going down")

// interrupted says that the turn goes on in another process.
func interrupted(ctx context.Context) bool { return errors.Is(context.Cause(ctx), ErrInterrupted) }

// endingOf translates what ended the loop. A context that is over explains any error that came after it.
func endingOf(ctx context.Context, err error) Ending {
	if ctx.Err() != nil {
		if errors.Is(context.Cause(ctx), errTimeLimit) {
			return failed(CodeTimeLimit, err)
		}
		if errors.Is(context.Cause(ctx), ErrInterrupted) {
			return failed(CodeInterrupted, err)
		}
		return failed(CodeStopped, context.Cause(ctx))
	}
	var f *failure
	if errors.As(err, &f) {
		return failed(f.code, err)
	}
	var m *ModelError
	if errors.As(err, &m) {
		return failed(m.Code, err)
	}
	return failed(CodeInternal, err)
}
