package main

import (
	"errors"
	"strings"

	"taskpilot/internal/settings"
)

// config is all that toolserver reads from the environment, once, at its start.
type config struct {
	Addr          string `env:"ADDR" envDefault:":8002"`
	PrivateAddr   string `env:"PRIVATE_ADDR"` // metrics and profiles; none by default
	LogLevel      string `env:"LOG_LEVEL" envDefault:"info"`
	DatabaseURL   string `env:"DATABASE_URL"`
	ChatcoreJWKS  string `env:"CHATCORE_JWKS_URL"` // keys of chatcore, which calls for its users
	UsersJWKS     string `env:"AUTH_JWKS_URL"`     // keys of the users' issuer, for MCP clients of theirs
	UsersIssuer   string `env:"AUTH_ISSUER"`
	UsersAudience string `env:"AUTH_AUDIENCE"` // toolserver's own, another one than the chat's
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
		settings.URL("AUTH_JWKS_URL", c.UsersJWKS),
	}
	if c.ChatcoreJWKS == "" && c.UsersJWKS == "" {
		all = append(all, errors.New("CHATCORE_JWKS_URL, AUTH_JWKS_URL or both are needed: without keys nobody can call"))
	}
	if c.UsersJWKS != "" && c.UsersIssuer == "" {
		all = append(all, errors.New("AUTH_ISSUER is missing: AUTH_JWKS_URL needs it"))
	}
	if c.UsersJWKS != "" && c.UsersAudience == "" {
		all = append(all, errors.New("AUTH_AUDIENCE is missing: AUTH_JWKS_URL needs it"))
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
