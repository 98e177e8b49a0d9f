package tasks

import (
	"fmt"
	"strings"
)

// Codes of a Failure.
const (
	CodeNotFound        = "not_found"         // no such task of this user's
	CodeAmbiguous       = "ambiguous"         // several tasks match: Candidates
	CodeInvalid         = "invalid"           // an argument breaks a rule: Field, perhaps Limit
	CodeNothingToChange = "nothing_to_change" // an update that names nothing
	CodeKeyReused       = "key_reused"        // the call's key was used for another call
	CodeInternal        = "internal"          // not the caller's fault
)

// MaxCandidates is how many tasks an ambiguous name lists at most.
const MaxCandidates = 10

// Failure says why nothing was done, in a sentence to act on and in fields to word it anew. A Failure has changed
// nothing.
type Failure struct {
	Code       string      `json:"code"`
	Message    string      `json:"message"`
	Field      string      `json:"field,omitempty"`      // the argument that is wrong
	Limit      int         `json:"limit,omitempty"`      // of invalid: how many characters there may be
	TaskID     int64       `json:"task_id,omitempty"`    // of not_found: the id that was asked for
	Name       string      `json:"name,omitempty"`       // of not_found and ambiguous: the name that was asked for
	Matches    int         `json:"matches,omitempty"`    // of ambiguous: how many tasks match
	Candidates []Candidate `json:"candidates,omitempty"` // of ambiguous: the newest MaxCandidates of them
}

// Candidate is a task that a name may have meant.
type Candidate struct {
	ID        int64  `db:"task_id" json:"task_id"`
	Title     string `db:"title" json:"title"`
	Completed bool   `db:"completed" json:"completed"`
}

// Error gives the sentence.
func (f *Failure) Error() string { return f.Message }

// Invalid is the Failure of an argument that breaks a rule.
func Invalid(field, message string) *Failure {
	return &Failure{Code: CodeInvalid, Message: message, Field: field}
}

func invalidLength(field string, limit int, message string) *Failure {
	failure := Invalid(field, message)
	failure.Limit = limit
	return failure
}

func tooLong(field string, count, limit int) *Failure {
	return invalidLength(field, limit,
		fmt.Sprintf("The %s has %d characters: at most %d are allowed.", field, count, limit))
}

func notFound(id int64) *Failure {
	return &Failure{Code: CodeNotFound, TaskID: id,
		Message: fmt.Sprintf("There is no task with the id %d. Look the task up by its name, or list the tasks.", id)}
}

func nameNotFound(name string) *Failure {
	return &Failure{Code: CodeNotFound, Name: name,
		Message: fmt.Sprintf("No task has %q in its title. Ask for another name, or list the tasks.", name)}
}

func ambiguous(name string, matches int, candidates []Candidate) *Failure {
	var named []string
	for _, c := range candidates {
		state := ""
		if c.Completed {
			state = ", completed"
		}
		named = append(named, fmt.Sprintf("%q (task_id %d%s)", c.Title, c.ID, state))
	}
	if rest := matches - len(candidates); rest > 0 {
		named = append(named, fmt.Sprintf("and %d more", rest))
	}
	return &Failure{Code: CodeAmbiguous, Name: name, Matches: matches, Candidates: candidates,
		Message: fmt.Sprintf("%d tasks match %q: %s. Ask which one is meant, then use its task_id.",
			matches, name, strings.Join(named, ", "))}
}

func keyReused() *Failure {
	return &Failure{Code: CodeKeyReused,
		Message: "This call's key was used for a call with another tool or other arguments. Make the call with a new key."}
}
