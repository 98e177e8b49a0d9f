package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"taskpilot/internal/settings"

	"taskpilot/deploy/postgres"
)

// config is all that setup reads from the environment.
type config struct {
	DatabaseURL  string `env:"DATABASE_URL,required,notEmpty"` // of the migrating role, which needs BYPASSRLS
	PasswordFile string `env:"DATABASE_PASSWORD_FILE"`         // its password, when it is not in the address

	ChatcorePasswordFile   string `env:"CHATCORE_PASSWORD_FILE,required,notEmpty"`
	ToolserverPasswordFile string `env:"TOOLSERVER_PASSWORD_FILE,required,notEmpty"`

	// Where each process's own files go: keys.json for those that sign, pgpass for those that have a role. A process
	// without a directory gets no files.
	AdapterDir    string `env:"ADAPTER_DIR"`
	ChatcoreDir   string `env:"CHATCORE_DIR"`
	ToolserverDir string `env:"TOOLSERVER_DIR"`
	FilesUID      int    `env:"FILES_UID" envDefault:"-1"` // whose the files become; -1: whoever runs setup

	passwords map[string]string // role → password
}

// readConfig takes the environment as os.Environ gives it, reads the files that it names, and reports every fault at once.
func readConfig(environ []string) (config, error) {
	c, err := settings.Read[config](environ)
	if err == nil {
		err = c.readPasswords()
	}
	return c, settings.Faults(err)
}

func (c *config) readPasswords() error {
	chatcore, first := readSecret("CHATCORE_PASSWORD_FILE", c.ChatcorePasswordFile)
	toolserver, second := readSecret("TOOLSERVER_PASSWORD_FILE", c.ToolserverPasswordFile)
	c.passwords = map[string]string{postgres.RoleChatcore: chatcore, postgres.RoleToolserver: toolserver}
	if c.PasswordFile == "" {
		return errors.Join(first, second)
	}
	own, third := readSecret("DATABASE_PASSWORD_FILE", c.PasswordFile)
	dsn, fourth := postgres.WithPassword(c.DatabaseURL, own)
	c.DatabaseURL = dsn
	return errors.Join(first, second, third, fourth)
}

// readSecret reads a file that holds one line.
func readSecret(name, path string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	secret := strings.TrimRight(string(content), "\r\n")
	if secret == "" || strings.ContainsAny(secret, "\r\n\x00") {
		return "", fmt.Errorf("%s: %s does not hold one line", name, path)
	}
	return secret, nil
}
