// Package tools is agent.Tools over a tool server that speaks MCP (streamable HTTP), through the official SDK's client.
//
// All callers share one MCP session; who is calling is said by each HTTP request on its own, with a token minted for it.
// The SDK ends a session for everybody when one request is refused or cut; here an HTTP exchange that failed is an error of
// its own call only, so one user's refused token never hurts another's call. A call that got no answer is sent again with
// its key unchanged: the server answers a repeat from what it kept, so a tool acts once.
package tools
