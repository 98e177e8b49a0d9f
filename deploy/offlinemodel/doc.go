// Offlinemodel is an OpenAI-compatible endpoint that needs no key and no network: taskpilot's model where there is no other.
//
//	offlinemodel [--addr host:port] [--pace 10ms] [--log-level info] [--scripted]
//	offlinemodel health [--addr host:port]
//
// It answers POST /v1/chat/completions and GET /v1/models by rules (package rules), and GET /healthz. With --scripted it
// does what it was told at POST /script (package scripted), and answers by rules when the script has nothing to say.
// ADDR and LOG_LEVEL do what the flags do.
package main
