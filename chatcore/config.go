package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"taskpilot/chatcore/agent"
)

// config is all that chatcore reads from the environment, once, at its start.
type config struct {
	Addr        string `env:"ADDR" envDefault:":8001"`
	PrivateAddr string `env:"PRIVATE_ADDR"` // metrics and profiles; none by default
	LogLevel    string `env:"LOG_LEVEL" envDefault:"info"`

	DatabaseURL   string `env:"DATABASE_URL,required,notEmpty"`
	DatabaseConns int    `env:"DATABASE_CONNS" envDefault:"16"`

	UsersJWKS     string `env:"AUTH_JWKS_URL"` // keys of the users' issuer
	UsersIssuer   string `env:"AUTH_ISSUER"`
	UsersAudience string `env:"AUTH_AUDIENCE"`
	AdapterJWKS   string `env:"ADAPTER_JWKS_URL"` // keys of the adapter, which calls for its users
	SigningKeys   string `env:"SIGNING_KEYS_FILE,required,notEmpty"`

	MCPURL        string `env:"MCP_URL,required,notEmpty"`
	OpenAIKey     string `env:"OPENAI_API_KEY"`
	OpenAIBaseURL string `env:"OPENAI_BASE_URL" envDefault:"https://api.openai.com/v1"`
	Model         string `env:"AGENT_MODEL" envDefault:"gpt-4-turbo"`
	PromptFile    string `env:"AGENT_PROMPT_FILE"`

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

	prompt string // what PromptFile says, or the default
}

// readConfig takes the environment as os.Environ gives it and reports every fault at once.
func readConfig(environ []string) (config, error) {
	var c config
	err := env.ParseWithOptions(&c, env.Options{Environment: env.ToMap(environ)})
	if err := errors.Join(err, c.check()); err != nil {
		return c, fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	return c, nil
}

func (c *config) check() error {
	faults := []error{
		urlFault("AUTH_JWKS_URL", c.UsersJWKS), urlFault("ADAPTER_JWKS_URL", c.AdapterJWKS), urlFault("MCP_URL", c.MCPURL),
		urlFault("OPENAI_BASE_URL", c.OpenAIBaseURL), urlFault("INTERNAL_URL", c.InternalURL), c.readPrompt(),
		positive("CHATKIT_MAX_HISTORY", c.MaxHistory), positive("AGENT_MAX_STEPS", c.MaxSteps),
		positive("CHAT_MAX_CONTENT", c.MaxContent), positive("DATABASE_CONNS", c.DatabaseConns),
		positive("AGENT_MAX_TIME", c.MaxTime), positive("TURN_LEASE", c.Lease), positive("DISCONNECT_GRACE", c.Grace),
	}
	if c.UsersJWKS == "" && c.AdapterJWKS == "" {
		faults = append(faults, errors.New("AUTH_JWKS_URL, ADAPTER_JWKS_URL or both are needed: without keys nobody can call"))
	}
	if c.UsersJWKS != "" && (c.UsersIssuer == "" || c.UsersAudience == "") {
		faults = append(faults, errors.New("AUTH_ISSUER and AUTH_AUDIENCE are needed with AUTH_JWKS_URL"))
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

func positive[N int | time.Duration](name string, value N) error {
	if value <= 0 {
		return fmt.Errorf("%s must be more than zero", name)
	}
	return nil
}

// urlFault keeps the value out of its words: an address may carry a password.
func urlFault(name, value string) error {
	if value == "" {
		return nil
	}
	parsed, err := url.Parse(value)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return fmt.Errorf("%s is not an http or https address", name)
	}
	return nil
}
