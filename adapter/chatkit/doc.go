// Package chatkit is the ChatKit wire as Go types: requests, stream events, items and widgets, with their JSON.
//
// The types of openai-chatkit 1.6.5 (Python) and of @openai/chatkit 1.9 are the authority; where the two differ, only
// what both know can be said with the types here. A field that is nil or empty and may be missing is left out; a list
// that must be there is never null. The package uses the standard library only and knows nothing of what a thread
// means.
//
// How this system makes what the types are for stands beside them as a table for a page of the documentation (ours.go), and
// is known to nothing else here.
//
// What the types say of the wire can be read as Shapes: NewProtocol. A spec holds them to tables that were read off the
// two packages (testdata/authority).
package chatkit
