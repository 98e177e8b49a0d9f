// Package grade plays cases with a chat service and says how good its agent was, in four marks a turn:
//
//   - choice: the right tools were called, and no other that changes anything. Looking something up is always allowed.
//   - arguments: the right calls had the right arguments, and named the right task.
//   - state: the tasks afterwards are those that they should be.
//   - context: in a turn that means something said before, all three.
//
// Intervals are Wilson's at 95 %: good for few cases and for shares near 0 and 1.
package grade
