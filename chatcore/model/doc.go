// Package model is agent.Model over an OpenAI-compatible endpoint: streamed chat completions, through go-openai.
//
// A reply is whole only when a finish_reason was seen: go-openai ends a stream that was cut, a 200 with a JSON body and an
// empty body all with io.EOF. Nothing is asked twice here; that is the agent's loop to decide, from an error's code. The
// key is in the Authorization header and nowhere else: not in errors, not in logs.
package model
