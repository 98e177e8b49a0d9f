package server

import (
	"context"
	"iter"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/present"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/limits"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// Chat is what the adapter needs of the chat API. An empty key begins a conversation. Its errors are *api.Problem when chatcore answered with one.
type Chat interface {
	Stream(ctx context.Context, who tokens.Identity, conversation translate.Key, request api.ChatRequest) iter.Seq2[api.Event, error]
	Input(ctx context.Context, who tokens.Identity, run int64, request api.InputRequest) iter.Seq2[api.Event, error]
	Follow(ctx context.Context, who tokens.Identity, run int64, after string) iter.Seq2[api.Event, error]
	Cancel(ctx context.Context, who tokens.Identity, run int64) error
	ReaderLeft(ctx context.Context, who tokens.Identity, run int64) error
	Conversations(ctx context.Context, who tokens.Identity, page api.PageRequest) (api.ConversationPage, error)
	Messages(ctx context.Context, who tokens.Identity, conversation translate.Key, page api.PageRequest) (api.MessagePage, error)
	Act(ctx context.Context, who tokens.Identity, conversation translate.Key, request api.ActionRequest, key string) (api.ActionResponse, error)
	Rename(ctx context.Context, who tokens.Identity, conversation translate.Key, title string) (api.Conversation, error)
	Delete(ctx context.Context, who tokens.Identity, conversation translate.Key) error
	GiveFeedback(ctx context.Context, who tokens.Identity, message int64, kind string) error
	Transcribe(ctx context.Context, who tokens.Identity, audio []byte, mediaType string) (api.Transcription, error)
	OpenSession(ctx context.Context, who tokens.Identity, lifetime time.Duration) (api.Session, error)
	Files
}

// Verifier says who is calling. Its errors are tokens.ErrInvalid and tokens.ErrKeysUnavailable.
type Verifier interface {
	Bearer(r *http.Request) (tokens.Identity, error)
}

// Options of a Server. Zero times and sizes take the default beside them.
type Options struct {
	Chat      Chat
	Users     Verifier           // tokens of users
	Languages *present.Languages // that pages are answered in
	Log       *slog.Logger
	Clock     func() time.Time
	Ready     func(context.Context) error
	About     []serving.About // what /readyz says beside that all is well
	Page      http.Handler    // everything that is no route of the API; nil: 404

	Whole          bool          // the chat service keeps no turns: none can be stopped, followed or tried again
	Keys           *tokens.Keys  // signs session secrets; nil: there are no sessions
	SessionTimeout time.Duration // 1 h
	Disabled       bool          // the protocol's and the sessions' routes are not there
	Origins        []string      // of pages that may call, exactly, beside our own and ChatKit's
	PublicURL      *url.URL      // where pages reach the adapter, when it is known

	MaxBody   int64         // 256 KiB: of a request
	Heartbeat time.Duration // between comments in a stream; none when zero
	WriteTime time.Duration // 30 s: for each write of a stream
	MaxAudio  int           // api.MaxAudio: bytes of a recording
	AudioTime time.Duration // 2 min: for a recording's text
	WholeTime time.Duration // 30 s: for a request that is answered with JSON
	Patience  time.Duration // 5 s: how long chatcore may take before a stream is begun without it

	Addresses *limits.Addresses // of requests by address
	Requests  *limits.Limiter   // of requests by user; nil: none
	Turns     *limits.Limiter   // of turns by user; nil: none

	ReloadWait time.Duration // how long a reloaded page waits for an answer at work that nobody shows; not at all when zero
}

// Server answers ChatKit pages. Make one with New.
type Server struct {
	options    Options
	words      *present.Words // of the one language that this Server speaks
	translator translate.Translator
	speaking   map[*present.Words]*Server // the same Server in each language: they share everything else
	sessions   sessions
	origins    []string
	goodbye    chan struct{}
	close      func()
}

// New makes a Server.
func New(options Options) *Server {
	if options.MaxBody <= 0 {
		options.MaxBody = 256 << 10
	}
	if options.MaxAudio <= 0 {
		options.MaxAudio = api.MaxAudio
	}
	for value, usual := range map[*time.Duration]time.Duration{
		&options.SessionTimeout: time.Hour, &options.WriteTime: 30 * time.Second,
		&options.WholeTime: 30 * time.Second, &options.AudioTime: 2 * time.Minute, &options.Patience: 5 * time.Second,
	} {
		if *value <= 0 {
			*value = usual
		}
	}
	s := &Server{
		options: options, goodbye: make(chan struct{}), speaking: map[*present.Words]*Server{},
		origins: append(slices.Clone(options.Origins), chatKitOrigin),
	}
	s.close = sync.OnceFunc(func() { close(s.goodbye) })
	if options.PublicURL != nil {
		s.origins = append(s.origins, options.PublicURL.Scheme+"://"+options.PublicURL.Host)
	}
	if options.Keys != nil {
		s.sessions = newSessions(options.Keys, options.Clock)
	}
	for _, words := range options.Languages.All() {
		same := *s
		same.words, same.translator = words, translate.New(words)
		if options.Whole {
			same.translator = same.translator.Unstoppable()
		}
		s.speaking[words] = &same
	}
	return s.speaking[options.Languages.For("")]
}

// Closing tells open streams to say goodbye. It is for the beginning of a shutdown.
func (s *Server) Closing() { s.close() }

// goingDown says that a shutdown has begun.
func (s *Server) goingDown() bool {
	select {
	case <-s.goodbye:
		return true
	default:
		return false
	}
}

// Handler serves everything.
func (s *Server) Handler() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = func(err error, c echo.Context) { s.in(c.Request()).refuse(err, c) }
	for _, path := range []string{"/api/v1/chatkit", "/chatkit"} {
		s.route(e, http.MethodPost, path, (*Server).chatkit)
		s.route(e, http.MethodGet, path+"/threads/:thread_id/events", (*Server).follow)
		s.route(e, http.MethodPost, path+"/threads/:thread_id/cancel", (*Server).cancel)
		s.route(e, http.MethodPost, path+"/attachments", (*Server).addAttachment)
	}
	s.routeFiles(e)
	for _, path := range []string{"/api/v1/chatkit/sessions", "/api/chatkit/sessions"} {
		s.route(e, http.MethodPost, path, (*Server).createSession)
	}
	if s.options.Keys != nil {
		e.GET("/.well-known/jwks.json", echo.WrapHandler(s.options.Keys))
	}
	healthz, readyz := serving.Endpoints(s.options.Ready, s.options.About...)
	e.GET("/healthz", echo.WrapHandler(healthz))
	e.GET("/readyz", echo.WrapHandler(readyz))
	for _, prefix := range []string{"/api/*", "/.well-known/*"} {
		e.Any(prefix, func(echo.Context) error { return notFound() })
	}
	if s.options.Page != nil {
		e.Any("/*", echo.WrapHandler(s.options.Page))
	}
	return e
}

// enabled hides a route when ChatKit is switched off.
func (s *Server) enabled(next echo.HandlerFunc) echo.HandlerFunc {
	if s.options.Disabled {
		return func(echo.Context) error { return notFound() }
	}
	return next
}

// route serves a path to pages, with one method, in their language.
func (s *Server) route(e *echo.Echo, method, path string, handler func(*Server, echo.Context) error) {
	e.Any(path, s.enabled(s.crossOrigin(method, only(method, s.calm(s.speak(handler))))))
}

// routeFiles serves the addresses of attachments.
func (s *Server) routeFiles(e *echo.Echo) {
	const methods = "GET, PUT, POST"
	e.Any(filesPath+"/:permit", s.enabled(s.crossOrigin(methods, func(c echo.Context) error {
		switch c.Request().Method {
		case http.MethodGet:
			return s.calm(s.download)(c) // what a person uploaded has no language
		case http.MethodPut, http.MethodPost:
			return s.calm(s.speak((*Server).upload))(c)
		}
		return only(methods, nil)(c)
	})))
}

// only refuses every other method.
func only(method string, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method != method {
			c.Response().Header().Set("Allow", method+", OPTIONS")
			return serving.Problem{Status: http.StatusMethodNotAllowed, Detail: "Send a " + method + " request."}
		}
		return next(c)
	}
}
