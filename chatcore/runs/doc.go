// Package runs is turns at work. A run is a goroutine of its own: it lets the agent answer, stores what happens, and
// writes it into a transcript. Whoever wants to see it, the first caller too, only follows the transcript, at their own
// pace and from any position. No reader can slow a run down, and none that leaves can stop it.
package runs
