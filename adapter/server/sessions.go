package server

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// sessions makes and knows session secrets: tokens that name a user and a ChatKit session. Whether a session was revoked
// chatcore knows.
type sessions struct {
	keys  *tokens.Keys
	clock func() time.Time
	valid *tokens.Verifier
	past  *tokens.Verifier // also those that are over
}

// longAgo is how long a secret may be over and still be known as one that was good.
const longAgo = 10 * 365 * 24 * time.Hour

func newSessions(keys *tokens.Keys, clock func() time.Time) sessions {
	source := tokens.LocalSource(tokens.HopAdapter, tokens.SessionAudience, keys)
	return sessions{
		keys: keys, clock: clock,
		valid: tokens.NewVerifier(tokens.Options{Clock: clock}, source),
		past:  tokens.NewVerifier(tokens.Options{Clock: clock, Skew: longAgo}, source),
	}
}

// errSessionExpired is for a page to act on: it asks for a new session.
var errSessionExpired = serving.Problem{
	Status: http.StatusUnauthorized, Code: "session_expired", Detail: "The session is over. Start a new one.",
}

// bearer gives the session whose secret the request carries. Without keys there are none.
func (s sessions) bearer(r *http.Request) (tokens.Identity, error) {
	if s.keys == nil {
		return tokens.Identity{}, tokens.ErrInvalid
	}
	identity, err := s.valid.Bearer(r)
	if err == nil {
		return identity, nil
	}
	if _, past := s.past.Bearer(r); past == nil {
		return tokens.Identity{}, errSessionExpired
	}
	return tokens.Identity{}, err
}

// sessionAnswer is what a page gets; the secret is for ChatKit, the rest for the page.
type sessionAnswer struct {
	ClientSecret   string    `json:"client_secret"`
	SessionID      string    `json:"session_id"`
	ConversationID int64     `json:"conversation_id"`
	ExpiresAt      time.Time `json:"expires_at"`
}

// createSession opens a session for the user of the token.
func (s *Server) createSession(c echo.Context) error {
	if s.options.Keys == nil {
		return notFound()
	}
	user, err := s.options.Users.Bearer(c.Request())
	if err != nil {
		return refusal(err)
	}
	if err := s.admit(user); err != nil {
		return err
	}
	session, err := s.options.Chat.OpenSession(c.Request().Context(), user, s.options.SessionTimeout)
	if err != nil {
		return s.problem(user, err)
	}
	now := s.options.Clock()
	secret, err := s.options.Keys.Sign(now, tokens.Claims{
		Issuer: tokens.HopAdapter, Audience: tokens.SessionAudience,
		Subject: user.Subject, SessionID: session.SessionID, Lifetime: session.ExpiresAt.Sub(now),
	})
	if err != nil {
		return fmt.Errorf("making a session's secret: %w", err)
	}
	return c.JSON(http.StatusOK, sessionAnswer{
		ClientSecret: secret, SessionID: session.SessionID,
		ConversationID: session.ConversationID, ExpiresAt: session.ExpiresAt.UTC(),
	})
}

// identify says who calls the protocol's endpoint: a user, or a session of a user's.
func (s *Server) identify(r *http.Request) (tokens.Identity, error) {
	identity, err := s.options.Users.Bearer(r)
	if err == nil || errors.Is(err, tokens.ErrMissing) {
		return identity, err
	}
	session, sessionErr := s.sessions.bearer(r)
	if sessionErr == nil {
		return session, nil
	}
	var expired serving.Problem
	if errors.As(sessionErr, &expired) {
		return tokens.Identity{}, sessionErr
	}
	return tokens.Identity{}, err
}
