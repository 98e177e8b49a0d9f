package server

import (
	"github.com/labstack/echo/v4"

	"taskpilot/internal/limits"
	"taskpilot/internal/tokens"
)

// direct says that a caller is no process of ours: those count their callers themselves, and one of them speaks for many.
func direct(identity tokens.Identity) bool {
	return identity.Issuer != tokens.HopAdapter && identity.Issuer != tokens.HopChatcore
}

const directKey = "direct"

// countTurn refuses who begins too many turns.
func (s *Server) countTurn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Get(directKey) == true {
			if wait := s.TurnRate.Take(callerOf(c).UserID); wait > 0 {
				return limits.TooMany(wait)
			}
		}
		return next(c)
	}
}

// oneOf refuses who has as many things of a kind under way as may be, whoever calls for them. It counts in this replica.
func oneOf(gate *limits.Gate) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			leave, ok := gate.Enter(callerOf(c).UserID)
			if !ok {
				return limits.Crowded()
			}
			defer leave()
			return next(c)
		}
	}
}
