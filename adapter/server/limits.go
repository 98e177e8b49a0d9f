package server

import (
	"github.com/labstack/echo/v4"

	"taskpilot/adapter/chatkit"
	"taskpilot/internal/limits"
	"taskpilot/internal/tokens"
)

// calm refuses an address that asks too much, before anything is looked at.
func (s *Server) calm(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if wait := s.options.Addresses.Take(c.Request()); wait > 0 {
			return limits.TooMany(wait)
		}
		return next(c)
	}
}

// admit refuses a user who asks too much.
func (s *Server) admit(who tokens.Identity) error {
	if wait := s.options.Requests.Take(who.Subject); wait > 0 {
		return limits.TooMany(wait)
	}
	return nil
}

// tooMuch says that a user asks too much, or begins too many turns, for a request that is answered by a stream: there it
// is an event, for the page shows that and sends nothing again.
func (s *Server) tooMuch(who tokens.Identity, request chatkit.Request) bool {
	if s.options.Requests.Take(who.Subject) > 0 {
		return true
	}
	switch request.(type) {
	case chatkit.CreateThread, chatkit.AddUserMessage, chatkit.RetryAfterItem:
		return s.options.Turns.Take(who.Subject) > 0
	}
	return false
}
