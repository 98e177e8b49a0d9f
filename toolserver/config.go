package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/caarlos0/env/v11"
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
	values := map[string]string{}
	for _, pair := range environ {
		if name, value, ok := strings.Cut(pair, "="); ok {
			values[name] = value
		}
	}
	var c config
	if err := env.ParseWithOptions(&c, env.Options{Environment: values}); err != nil {
		return config{}, fmt.Errorf("reading the configuration: %w", err)
	}
	return c, nil
}

// forStdio reports every fault that matters to a process that serves one user on stdio.
func (c config) forStdio(user string) error {
	return faults(c.databaseFault(), userFault(user))
}

// forHTTP reports every fault that matters to a process that serves HTTP.
func (c config) forHTTP() error {
	all := []error{
		c.databaseFault(),
		addrFault("ADDR", c.Addr),
		urlFault("CHATCORE_JWKS_URL", c.ChatcoreJWKS),
		urlFault("AUTH_JWKS_URL", c.UsersJWKS),
	}
	if c.PrivateAddr != "" {
		all = append(all, addrFault("PRIVATE_ADDR", c.PrivateAddr))
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
	return faults(all...)
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

func addrFault(name, value string) error {
	if _, _, err := net.SplitHostPort(value); err != nil {
		return fmt.Errorf("%s is not host:port: %q", name, value)
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

func faults(all ...error) error {
	if err := errors.Join(all...); err != nil {
		return fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	return nil
}
