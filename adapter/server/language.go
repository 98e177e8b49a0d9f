package server

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// in gives the Server that speaks the language which a request asks for.
func (s *Server) in(r *http.Request) *Server {
	return s.speaking[s.options.Languages.For(strings.Join(r.Header.Values("Accept-Language"), ","))]
}

// speak answers in the reader's language.
func (s *Server) speak(handler func(*Server, echo.Context) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		same := s.in(c.Request())
		same.spoken(c)
		return handler(same, c)
	}
}

// spoken says in an answer's header what it is spoken in, and that another reader may get another one.
func (s *Server) spoken(c echo.Context) {
	header := c.Response().Header()
	header.Set("Content-Language", s.words.Language())
	if !slices.Contains(header.Values("Vary"), "Accept-Language") {
		header.Add("Vary", "Accept-Language")
	}
}
