// Package chatkit is the ChatKit wire as Go types: requests, stream events, items and widgets, with their JSON.
//
// The types of openai-chatkit 1.6.5 (Python) and of @openai/chatkit 1.9 are the authority; where the two differ, only
// what both know can be said with the types here. A field that is nil or empty and may be missing is left out; a list
// that must be there is never null. The package uses the standard library only and knows nothing of what a thread
// means.
//
// What the types say of the wire can be read as Shapes: NewProtocol. A spec holds them to tables that were read off the
// two packages (testdata/authority).
package chatkit
