// Package validate checks captures of ChatKit's wire against the protocol, ours or anyone's: a stream (Stream) or the JSON
// answer to a request (Answer), and names each mistake in plain words with its place.
//
// What an event, an item or a widget looks like is not said here: it is read off the types of package chatkit. What is said
// here is what no type can say: the frames, the order of events, what updates add up to. Everything is a pure function of
// the capture; a capture is a stranger's, and may be anything.
//
// The rules are those that openai-chatkit 1.6.5 keeps itself. Two are stricter, because what it does there is known to
// hurt: times need an offset, and names that only the server's or only the client's package knows are refused.
package validate
