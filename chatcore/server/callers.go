package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/store"
	"taskpilot/internal/limits"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

const (
	callerKey = "caller"
	scopesKey = "scopes"
)

// callerOf is whom authorize let in.
func callerOf(c echo.Context) agent.Caller { return c.Get(callerKey).(agent.Caller) }

// scopes are what the caller's token allows beyond what every user may.
type scopes []string

func (s scopes) has(scope string) bool { return slices.Contains(s, scope) }

func scopesOf(c echo.Context) scopes { return c.Get(scopesKey).(scopes) }

// authorize lets in the user whom both the token and the path name, in a session that is still open.
func (s *Server) authorize(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		identity, err := s.Callers.Bearer(c.Request())
		if err != nil {
			return unauthorized(c, err)
		}
		user, err := parameter(c, "user_id")
		if err != nil || user != identity.Subject {
			return serving.Problem{Status: http.StatusForbidden, Code: "not_your_path", Detail: "The path names another user than the token."}
		}
		if direct(identity) {
			if wait := s.Requests.Take(identity.Subject); wait > 0 {
				return limits.TooMany(wait)
			}
			c.Set(directKey, true)
		}
		if identity.SessionID != "" {
			if err := s.checkSession(c, identity); err != nil {
				return err
			}
		}
		c.Set(callerKey, agent.Caller{UserID: identity.Subject, SessionID: identity.SessionID})
		c.Set(scopesKey, scopes(identity.Scopes))
		return next(c)
	}
}

func unauthorized(c echo.Context, err error) error {
	if errors.Is(err, tokens.ErrKeysUnavailable) {
		return serving.Problem{
			Status: http.StatusServiceUnavailable, Code: "keys_unavailable", Detail: "The token can't be verified right now.", Cause: err,
		}
	}
	c.Response().Header().Set("WWW-Authenticate", "Bearer")
	return serving.Problem{Status: http.StatusUnauthorized, Code: "unauthorized", Detail: "A valid bearer token is needed.", Cause: err}
}

// checkSession refuses a token of a session that was revoked or is over.
func (s *Server) checkSession(c echo.Context, identity tokens.Identity) error {
	_, err := s.Conversations.Session(c.Request().Context(), identity.Subject, identity.SessionID)
	if errors.Is(err, store.ErrNotFound) {
		return serving.Problem{Status: http.StatusUnauthorized, Code: "session_ended", Detail: "The session is over or was revoked. Start a new one."}
	}
	return err
}

// parameter is a path parameter, unescaped: users may be called "auth0|x" or "a/b". echo matches the path as it was
// escaped whenever unescaping it plainly would lose something, and unescaped otherwise.
func parameter(c echo.Context, name string) (string, error) {
	value := c.Param(name)
	if c.Request().URL.RawPath == "" {
		return value, nil
	}
	return url.PathUnescape(value)
}
