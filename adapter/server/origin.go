package server

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"taskpilot/internal/serving"
)

// chatKitOrigin is where the frame of the stock ChatKit component is loaded from: its requests come from there.
const chatKitOrigin = "https://cdn.platform.openai.com"

// crossOrigin lets pages of known origins call, and answers browsers' preflights. A request without Origin comes from no
// page and passes; one from a foreign page is refused. No cookies are ever used, so credentials are not allowed.
func (s *Server) crossOrigin(method string, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		request, header := c.Request(), c.Response().Header()
		header.Add("Vary", "Origin")
		origin := request.Header.Get("Origin")
		if origin != "" {
			if !s.allowed(request, origin) {
				return serving.Problem{Status: http.StatusForbidden, Code: "origin_not_allowed", Detail: "Pages of this origin may not call here."}
			}
			header.Set("Access-Control-Allow-Origin", origin)
			header.Set("Access-Control-Expose-Headers", "X-Request-Id, Retry-After")
		}
		if request.Method == http.MethodOptions {
			return preflight(c, method)
		}
		return next(c)
	}
}

// allowed compares origins exactly; a page that this very host served may call, too.
func (s *Server) allowed(request *http.Request, origin string) bool {
	if slices.Contains(s.origins, origin) {
		return true
	}
	page, err := url.Parse(origin)
	return err == nil && page.Host != "" && page.Host == request.Host
}

func preflight(c echo.Context, method string) error {
	request, header := c.Request().Header, c.Response().Header()
	header.Add("Vary", "Access-Control-Request-Headers")
	header.Add("Vary", "Access-Control-Request-Private-Network")
	header.Set("Access-Control-Allow-Methods", method+", OPTIONS")
	if wanted := request.Get("Access-Control-Request-Headers"); wanted != "" {
		header.Set("Access-Control-Allow-Headers", wanted)
	}
	if request.Get("Access-Control-Request-Private-Network") == "true" {
		header.Set("Access-Control-Allow-Private-Network", "true")
	}
	header.Set("Access-Control-Max-Age", "600")
	header.Set("Allow", method+", OPTIONS")
	return c.NoContent(http.StatusNoContent)
}
