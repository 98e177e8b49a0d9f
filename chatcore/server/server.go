package server

import (
	"context"
	"iter"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/actions"
	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/store"
	"taskpilot/internal/limits"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// Turns begins runs, shows them and ends them.
type Turns interface {
	Start(ctx context.Context, request runs.Request) (runID int64, err error)
	Input(ctx context.Context, input runs.Input) (runs.Resumed, error)
	Follow(ctx context.Context, userID string, runID int64, after api.Position, alone bool) (iter.Seq2[api.Event, error], error)
	Status(ctx context.Context, userID string, runID int64) (api.RunStatus, error)
	Stop(ctx context.Context, userID string, runID int64) error
	PageLeft(ctx context.Context, userID string, runID int64) error
	Read(ctx context.Context, userID string, runID int64, wait time.Duration) error
	EndSeen(ctx context.Context, userID string, runID int64, seen bool)
}

// Actions does what people ask for without words.
type Actions interface {
	Do(ctx context.Context, request actions.Request) (store.StoredAction, error)
}

// Conversations keeps conversations and sessions.
type Conversations interface {
	CreateConversation(ctx context.Context, userID, title string) (api.Conversation, error)
	Conversations(ctx context.Context, userID string, page store.Page) ([]api.Conversation, bool, error)
	ConversationWithMessages(ctx context.Context, userID string, id int64) (api.ConversationWithMessages, error)
	ChangeConversation(ctx context.Context, userID string, id int64, patch api.ConversationPatch) (api.Conversation, error)
	DeleteConversation(ctx context.Context, userID string, id int64) error
	Messages(ctx context.Context, userID string, id int64, page store.Page) (api.MessagePage, error)
	CreateSession(ctx context.Context, userID, sessionID string, lifetime time.Duration) (api.Session, error)
	Session(ctx context.Context, userID, sessionID string) (api.Session, error)
	DeleteSession(ctx context.Context, userID, sessionID string) error
	GiveFeedback(ctx context.Context, userID string, messageID int64, kind string) (changed bool, err error)
}

// Callers says who is calling.
type Callers interface {
	Bearer(r *http.Request) (tokens.Identity, error)
}

// Config of the server. Zero values take the defaults beside them.
type Config struct {
	MaxContent int           // api.MaxContent
	Models     []string      // that may be chosen; none
	PageTools  []agent.Tool  // that the page answers, in every turn
	MaxAudio   int           // bytes of audio to transcribe; 10 MiB
	AudioTime  time.Duration // that a transcription may take; 30 s
	Heartbeat  time.Duration // between comments on a silent stream; negative: none; 15 s
	WriteTime  time.Duration // for one write to a reader; 30 s
}

// Server answers the chat API.
type Server struct {
	Turns         Turns
	Actions       Actions
	Conversations Conversations
	Tools         Tools
	Attachments   Attachments // nil: there are none
	Transcriber   Transcriber // nil: there is none
	Callers       Callers
	Ready         func(context.Context) error
	Keys          http.Handler // the public halves of the keys that chatcore signs with
	Config        Config
	Metrics       *Metrics // none when nil
	Log           *slog.Logger
	Requests      *limits.Limiter // of users who call with their own token; nil: none
	TurnRate      *limits.Limiter // of turns that they begin; nil: none
	Uploads       *limits.Gate    // of a user at the same time; nil: any number
	Recordings    *limits.Gate    // that are transcribed for a user at the same time; nil: any number
	SessionID     func() string   // makes the id of a new session
}

// Handler answers every route.
func (s *Server) Handler() http.Handler {
	s.Config = s.Config.withDefaults()
	return serving.Standard(s.Log, s.router())
}

// Routes names every route that is answered, as "GET /api/:user_id/conversations".
func (s *Server) Routes() (routes []string) {
	for _, route := range s.router().Routes() {
		routes = append(routes, route.Method+" "+route.Path)
	}
	return routes
}

// router mounts every route.
func (s *Server) router() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = func(err error, c echo.Context) { s.refuse(c, err) }
	healthz, readyz := serving.Endpoints(s.Ready)
	e.GET("/healthz", echo.WrapHandler(healthz))
	e.GET("/readyz", echo.WrapHandler(readyz))
	e.GET("/.well-known/jwks.json", echo.WrapHandler(s.Keys))
	e.GET("/openapi.yaml", openAPI)
	e.Use(s.patience)
	s.mount(e.Group("/api/:user_id"))
	return e
}

// patience bounds how long an answer may take to be written: a reader that stops reading would hold it for ever. A stream
// gives each of its writes a time of its own.
func (s *Server) patience(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Before(func() {
			// An error means that this connection knows no deadlines.
			_ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Now().Add(s.Config.WriteTime))
		})
		return next(c)
	}
}

// mount authorizes route by route: a group's middleware would answer a wrong method with 404 in the place of 405.
func (s *Server) mount(user *echo.Group) {
	user.POST("/chat", s.chat, s.authorize, s.countTurn)
	user.GET("/conversations", s.listConversations, s.authorize)
	user.POST("/conversations", s.createConversation, s.authorize)
	user.GET("/conversations/:id", s.getConversation, s.authorize)
	user.PATCH("/conversations/:id", s.changeConversation, s.authorize)
	user.DELETE("/conversations/:id", s.deleteConversation, s.authorize)
	user.GET("/conversations/:id/messages", s.listMessages, s.authorize)
	user.POST("/conversations/:id/actions", s.act, s.authorize)
	user.POST("/messages/:id/feedback", s.giveFeedback, s.authorize)
	user.GET("/runs/:run_id", s.runStatus, s.authorize)
	user.GET("/runs/:run_id/events", s.runEvents, s.authorize)
	user.POST("/runs/:run_id/input", s.input, s.authorize)
	user.POST("/runs/:run_id/cancel", s.cancelRun, s.authorize)
	user.POST("/runs/:run_id/reader-left", s.readerLeft, s.authorize)
	user.POST("/attachments", s.withAttachments(s.createAttachment), s.authorize, oneOf(s.Uploads))
	user.GET("/attachments/:id", s.withAttachments(s.getAttachment), s.authorize)
	user.DELETE("/attachments/:id", s.withAttachments(s.deleteAttachment), s.authorize)
	user.PUT("/attachments/:id/content", s.withAttachments(s.uploadAttachment), s.authorize, oneOf(s.Uploads))
	user.GET("/attachments/:id/content", s.withAttachments(s.attachmentContent), s.authorize)
	user.POST("/transcriptions", s.transcribe, s.authorize, oneOf(s.Recordings))
	user.POST("/chatkit-sessions", s.createSession, s.authorize)
	user.DELETE("/chatkit-sessions/:session_id", s.deleteSession, s.authorize)
}

func (c Config) withDefaults() Config {
	if c.MaxContent == 0 {
		c.MaxContent = api.MaxContent
	}
	if c.MaxAudio == 0 {
		c.MaxAudio = api.MaxAudio
	}
	if c.AudioTime == 0 {
		c.AudioTime = 30 * time.Second
	}
	if c.Heartbeat == 0 {
		c.Heartbeat = 15 * time.Second
	}
	if c.WriteTime == 0 {
		c.WriteTime = 30 * time.Second
	}
	return c
}

func openAPI(c echo.Context) error { return c.Blob(http.StatusOK, "application/yaml", api.Document) }
