// Package e2e holds the black-box specs: they talk to the running processes as a page, a service or an MCP client would,
// and look into a real Postgres. They import nothing of the processes but the chat API's types.
//
//   - stack starts the system with the launcher and finds its way around it,
//   - wire is a page's side of ChatKit's protocol, with a reducer written apart from the adapter's translation,
//   - browser starts Chromium.
package e2e
