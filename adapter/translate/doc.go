// Package translate turns chatcore's conversations into ChatKit's threads, and back: pure functions without any I/O.
//
// The adapter keeps nothing, so everything here is a function of what chatcore says. An item's id names its message or
// step, its position and its index, so that a page can begin at any id; the items of a step are the same whether they
// come live (Stream) or from history (Items): one function makes them (itemsOfStep).
package translate
