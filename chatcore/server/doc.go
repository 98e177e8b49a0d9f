// Package server is the chat API over HTTP: routes, who is calling, requests checked where they enter, a turn's events
// as a stream, and errors as problems. What it does is in runs and store; what it says is in api.
package server
