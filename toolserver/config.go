package main

import (
	"errors"
	"strings"

	"taskpilot/internal/limits"
	"taskpilot/internal/settings"
	"taskpilot/internal/tokens"
)

// config is all that toolserver reads from the environment, once, at its start.
type config struct {
	Addr         string          `env:"ADDR" envDefault:":8002"`
	PrivateAddr  string          `env:"PRIVATE_ADDR"` // metrics and profiles; none by default
	LogLevel     string          `env:"LOG_LEVEL" envDefault:"info"`
	DatabaseURL  string          `env:"DATABASE_URL" secret:"file"`
	ChatcoreJWKS string          `env:"CHATCORE_JWKS_URL"` // keys of chatcore, which calls for its users
	Limits       limits.Settings // of MCP clients of users' own
	Users        tokens.Users    // for MCP clients of users' own; the audience is toolserver's, another one than the chat's
}

// readConfig takes the environment as os.Environ gives it, and checks nothing yet: what is needed depends on the way
// toolserver is used.
func readConfig(environ []string) (config, error) {
	c, err := settings.Read[config](environ)
	return c, settings.Faults(err)
}

// forStdio reports every fault that matters to a process that serves one user on stdio.
func (c config) forStdio(user string) error {
	return settings.Faults(c.databaseFault(), userFault(user))
}

// forHTTP reports every fault that matters to a process that serves HTTP.
func (c config) forHTTP() error {
	all := []error{
		c.databaseFault(),
		settings.Addr("ADDR", c.Addr),
		settings.Addr("PRIVATE_ADDR", c.PrivateAddr),
		settings.URL("CHATCORE_JWKS_URL", c.ChatcoreJWKS),
		settings.URL("AUTH_JWKS_URL", c.Users.JWKS),
		c.Users.Fault(),
		c.Limits.Fault(),
	}
	if c.ChatcoreJWKS == "" && !c.Users.Named() {
		all = append(all, errors.New("CHATCORE_JWKS_URL, AUTH_JWKS_URL (or AUTH_HS256_SECRET) or both are needed: without keys nobody can call"))
	}
	if c.Users.Secret != "" && c.Users.Audience == "" {
		all = append(all, errors.New("AUTH_AUDIENCE is missing: a token for the chat must not open the tools"))
	}
	return settings.Faults(all...)
}

func (c config) databaseFault() error {
	if c.DatabaseURL == "" {
		return errors.New("DATABASE_URL is missing: the address of a Postgres, as the role taskpilot_toolserver")
	}
	return nil
}

func userFault(user string) error {
	if user == "" {
		return errors.New("--user is missing: on stdio the process serves one user, named at its start")
	}
	if strings.ContainsRune(user, 0) || strings.ToValidUTF8(user, "") != user {
		return errors.New("--user is not valid UTF-8")
	}
	return nil
}
