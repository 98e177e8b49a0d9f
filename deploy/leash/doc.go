// Package leash starts processes that do not outlive this one.
//
// On Linux the kernel signals the child when the thread that forked it ends, so each child is forked by a thread of
// its own that lives as long as the child does. Elsewhere a child has to be ended by hand.
//
// A child gets its own process group: a Ctrl-C in the terminal reaches only the parent, which ends its children in
// order.
package leash
