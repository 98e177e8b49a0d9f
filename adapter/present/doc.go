// Package present turns what tools did into words and widgets for people.
//
// What tools did is always shown: changes as a line of text, a list as a card, a failure as a sentence, and a tool that
// nobody knows with its name and outcome. Everything here is a pure function of a finished record, so the same is shown
// live and after a reload. Records are untrusted: shapes are checked, Markdown in them is shown and not obeyed.
//
// A card's controls send actions (controls.go), and what comes back from any page is read as one call of a tool (action.go).
//
// All words are in tables, one for each language (catalog.go has the keys and English, german.go German): NewLanguages. The
// reader's Accept-Language chooses; a spec holds that every key is in each.
package present
