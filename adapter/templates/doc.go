// Package templates shows what tools did as a file says it: for each tool's name a line of text or a widget, filled from the
// call's record, in several languages. What a file says nothing of, or what can't be filled, is shown as it always is.
//
// A template is a pure function of a record, so that live and history agree. What records say is a stranger's: it goes into
// Markdown as text that is shown and not obeyed, and every widget is checked before it is shown.
package templates
