// Package serving is what every process of the system needs around its HTTP handlers: listening and stopping in order,
// request ids, access logs, recovery from panics, health, and errors as problem+json (RFC 9457).
//
// It knows no route and no framework: its middlewares are plain http.Handler wrappers, and http.NewResponseController
// reaches the connection through all of them, so that streams can flush and set write deadlines.
package serving
