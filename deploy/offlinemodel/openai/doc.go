// Package openai is the server's side of an OpenAI-compatible chat completions API, as far as a chat with tools needs it:
// POST /v1/chat/completions, streamed and not, and GET /v1/models.
//
// It reads requests, refuses what a real endpoint refuses (so that a history which is accepted here is accepted there),
// and writes replies on the wire. What a reply says comes from a Responder. No key is asked for. Standard library only.
package openai
