package main

import (
	"errors"
	"fmt"
	"mime"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/pagetools"
	"taskpilot/internal/limits"
	"taskpilot/internal/settings"
	"taskpilot/internal/tokens"
)

// config is all that chatcore reads from the environment, once, at its start.
type config struct {
	Addr        string `env:"ADDR" envDefault:":8001"`
	PrivateAddr string `env:"PRIVATE_ADDR"` // metrics and profiles; none by default
	LogLevel    string `env:"LOG_LEVEL" envDefault:"info"`

	DatabaseURL   string `env:"DATABASE_URL,required,notEmpty" secret:"file"`
	DatabaseConns int    `env:"DATABASE_CONNS" envDefault:"16"`

	Users       tokens.Users
	AdapterJWKS string `env:"ADAPTER_JWKS_URL"` // keys of the adapter, which calls for its users
	SigningKeys string `env:"SIGNING_KEYS_FILE,required,notEmpty"`

	MCPURL        string `env:"MCP_URL,required,notEmpty"`
	OpenAIKey     string `env:"OPENAI_API_KEY" secret:"file"`
	OpenAIBaseURL string `env:"OPENAI_BASE_URL" envDefault:"https://api.openai.com/v1"`
	Model         string `env:"AGENT_MODEL" envDefault:"gpt-4-turbo"`
	PromptFile    string `env:"AGENT_PROMPT_FILE"`
	TitleModel    string `env:"TITLE_MODEL"`       // words titles; none by default: they are taken from the first message
	ClientTools   string `env:"CLIENT_TOOLS_FILE"` // a JSON list of {name, description, schema}: tools that run in the page

	Confirm []string `env:"TOOLS_CONFIRM"` // tools that the agent uses only when the person said yes, each time

	TranscriptionModel string        `env:"TRANSCRIPTION_MODEL"` // none: there is no transcription
	TranscriptionTime  time.Duration `env:"TRANSCRIPTION_TIME" envDefault:"30s"`
	TranscriptionBytes int           `env:"TRANSCRIPTION_MAX_BYTES" envDefault:"10485760"`

	// Models may be chosen for a message, beside AGENT_MODEL, which answers when nobody chooses.
	Models []string `env:"MODELS"`

	// Attachments is the bucket that keeps people's files: file:///directory or s3://bucket. Empty: there are no attachments.
	Attachments     string   `env:"ATTACHMENTS_URL"`
	AttachmentBytes int      `env:"ATTACHMENT_MAX_BYTES" envDefault:"10485760"`
	AttachmentTypes []string `env:"ATTACHMENT_TYPES"`               // those that are taken; empty: the usual ones
	Images          bool     `env:"AGENT_IMAGES" envDefault:"true"` // false: the model sees none, and is told their names

	Limits       limits.Settings
	UserTurns    int           `env:"TURNS_PER_USER" envDefault:"10"`         // at work at the same time, over all replicas
	UserUploads  int           `env:"UPLOADS_PER_USER" envDefault:"4"`        // at the same time, in each replica; 0: any number
	UserAudio    int           `env:"TRANSCRIPTIONS_PER_USER" envDefault:"2"` // as UserUploads
	MaxHistory   int           `env:"CHATKIT_MAX_HISTORY" envDefault:"10"`
	MaxSteps     int           `env:"AGENT_MAX_STEPS" envDefault:"8"`
	MaxTime      time.Duration `env:"AGENT_MAX_TIME" envDefault:"60s"`
	MaxContent   int           `env:"CHAT_MAX_CONTENT" envDefault:"5000"`
	Lease        time.Duration `env:"TURN_LEASE" envDefault:"5s"`
	Grace        time.Duration `env:"DISCONNECT_GRACE" envDefault:"10s"` // in which a page that left may come back
	Disconnect   string        `env:"DISCONNECT" envDefault:"stop"`      // stop: a turn whose page left for good is stopped; finish: it is not
	InternalURL  string        `env:"INTERNAL_URL"`                      // where other replicas reach this one; by default its host name and port
	Heartbeat    time.Duration `env:"STREAM_HEARTBEAT" envDefault:"15s"` // 0: none
	ShutdownTime time.Duration `env:"SHUTDOWN_TIME" envDefault:"10s"`    // for turns at work when the process is told to end

	prompt    string // what PromptFile says, or the default
	pageTools []agent.PageTool
}

// readConfig takes the environment as os.Environ gives it and reports every fault at once.
func readConfig(environ []string) (config, error) {
	c, err := settings.Read[config](environ)
	return c, settings.Faults(err, c.check())
}

func (c *config) check() error {
	faults := []error{
		settings.URL("AUTH_JWKS_URL", c.Users.JWKS), c.Users.Fault(), c.Limits.Fault(), settings.Positive("TURNS_PER_USER", c.UserTurns),
		settings.URL("ADAPTER_JWKS_URL", c.AdapterJWKS), settings.URL("MCP_URL", c.MCPURL),
		settings.URL("OPENAI_BASE_URL", c.OpenAIBaseURL), settings.URL("INTERNAL_URL", c.InternalURL), c.readPrompt(), c.readClientTools(),
		settings.Positive("CHATKIT_MAX_HISTORY", c.MaxHistory), settings.Positive("AGENT_MAX_STEPS", c.MaxSteps),
		settings.Positive("CHAT_MAX_CONTENT", c.MaxContent), settings.Positive("DATABASE_CONNS", c.DatabaseConns),
		settings.Positive("TRANSCRIPTION_TIME", c.TranscriptionTime), settings.Positive("TRANSCRIPTION_MAX_BYTES", c.TranscriptionBytes),
		settings.Positive("AGENT_MAX_TIME", c.MaxTime), settings.Positive("TURN_LEASE", c.Lease), settings.Positive("DISCONNECT_GRACE", c.Grace),
		settings.Positive("ATTACHMENT_MAX_BYTES", c.AttachmentBytes), c.attachmentTypes(),
	}
	if !c.Users.Named() && c.AdapterJWKS == "" {
		faults = append(faults, errors.New("AUTH_JWKS_URL (or AUTH_HS256_SECRET), ADAPTER_JWKS_URL or both are needed: without keys nobody can call"))
	}
	if c.Disconnect != "stop" && c.Disconnect != "finish" {
		faults = append(faults, fmt.Errorf("DISCONNECT must be stop or finish, not %q", c.Disconnect))
	}
	_, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		faults = append(faults, fmt.Errorf("ADDR is not host:port: %q", c.Addr))
	}
	if c.InternalURL == "" {
		host, err := os.Hostname()
		faults = append(faults, err)
		c.InternalURL = "http://" + net.JoinHostPort(host, port)
	}
	return errors.Join(faults...)
}

// models are those that may be chosen, the usual one first.
func (c *config) models() []string {
	models := []string{c.Model}
	for _, name := range c.Models {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(models, name) {
			models = append(models, name)
		}
	}
	return models
}

// confirm are the names of the tools whose calls need the person's word.
func (c *config) confirm() pagetools.Confirm {
	var names pagetools.Confirm
	for _, name := range c.Confirm {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (c *config) attachmentTypes() error {
	for i, kind := range c.AttachmentTypes {
		kind = strings.ToLower(strings.TrimSpace(kind))
		if parsed, parameters, err := mime.ParseMediaType(kind); err != nil || parsed != kind || len(parameters) > 0 || !strings.Contains(kind, "/") {
			return fmt.Errorf("ATTACHMENT_TYPES: %q is no type such as image/png", kind)
		}
		c.AttachmentTypes[i] = kind
	}
	return nil
}

func (c *config) readPrompt() error {
	c.prompt = agent.DefaultPrompt
	if c.PromptFile == "" {
		return nil
	}
	text, err := os.ReadFile(c.PromptFile)
	if err != nil {
		return fmt.Errorf("reading AGENT_PROMPT_FILE: %w", err)
	}
	if c.prompt = strings.TrimSpace(string(text)); c.prompt == "" {
		return errors.New("AGENT_PROMPT_FILE is empty")
	}
	return nil
}

// readClientTools puts the page's tools together: the built-in one and what is configured.
func (c *config) readClientTools() error {
	c.pageTools = []agent.PageTool{pagetools.Questions()}
	if c.ClientTools == "" {
		return nil
	}
	text, err := os.ReadFile(c.ClientTools)
	if err != nil {
		return fmt.Errorf("reading CLIENT_TOOLS_FILE: %w", err)
	}
	declared, err := pagetools.Read(text)
	if err != nil {
		return fmt.Errorf("reading CLIENT_TOOLS_FILE: %w", err)
	}
	c.pageTools = append(c.pageTools, declared...)
	return nil
}

// namedPageTools are the page's tools without what makes them work.
func (c *config) namedPageTools() []agent.Tool {
	tools := make([]agent.Tool, 0, len(c.pageTools))
	for _, tool := range c.pageTools {
		tools = append(tools, tool.Tool)
	}
	return tools
}
