// Package issuer hands out tokens for development: whoever asks for a user's token gets it.
//
// It stands where an identity provider stands in production, and the services verify its tokens the very same way. It
// must never be reachable by anybody who may not be everybody: deploy/local binds it to the loopback, and a page may
// call it only from the loopback or from an origin that was named at its start.
package issuer
