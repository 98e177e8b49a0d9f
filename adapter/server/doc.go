// Package server answers ChatKit pages over HTTP: who is calling and from where, requests read and dispatched, streams
// written, errors told in the form that the request's kind wants.
//
// Before a stream only 400, 401, 403, 413 and 415 are answered; whatever goes wrong later is an error event in a 200
// stream that ends in order. ChatKit's client would send the message again after a 5xx or a cut.
//
// Beside the protocol stand two routes for pages that can do better: one follows the turn at work in a thread from any
// event on, one stops it.
package server
