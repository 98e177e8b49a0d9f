// Package actions does what a person asks for without words: a click becomes one call of a tool, without the model.
//
// An action is stored as pending, with the key that makes its call act once, before the call leaves; then the call's end and
// the newer state of the record that was clicked in are stored together. So an action whose replica died is simply done
// again by another one, with its key. Actions on one record are done one after the other; they need no turn to be over.
package actions
