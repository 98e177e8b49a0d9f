package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"taskpilot/adapter/detect"
	"taskpilot/internal/limits"
	"taskpilot/internal/settings"
	"taskpilot/internal/tokens"
)

// config is all that the adapter reads from the environment, once, at its start.
type config struct {
	Addr         string `env:"ADDR" envDefault:":8000"`
	PrivateAddr  string `env:"PRIVATE_ADDR"` // metrics and profiles; none by default
	LogLevel     string `env:"LOG_LEVEL" envDefault:"info"`
	PublicURL    string `env:"PUBLIC_URL"`        // where pages reach the adapter
	DevIssuer    string `env:"DEV_ISSUER_URL"`    // lets the page sign demo users in; never in production
	Presentation string `env:"PRESENTATION_FILE"` // what tools' calls show
	// PageComposer is what the page offers where messages are written, if chatcore takes it: attachments, dictation.
	PageComposer []string `env:"PAGE_COMPOSER"`

	ChatURL     string `env:"CHAT_API_URL"`
	ChatKind    string `env:"CHAT_API_KIND" envDefault:"auto"` // auto: found out
	Mapping     string `env:"CHAT_API_MAPPING_FILE"`           // of a chat service that is not chatcore
	ChatToken   string `env:"CHAT_API_TOKEN" secret:"file"`    // only without signing keys
	SigningKeys string `env:"SIGNING_KEYS_FILE"`               // for hop tokens and sessions

	Users tokens.Users

	Limits limits.Settings

	Enabled        bool     `env:"CHATKIT_ENABLED" envDefault:"true"`
	SessionSeconds int      `env:"CHATKIT_SESSION_TIMEOUT" envDefault:"3600"`
	Origins        []string `env:"CHATKIT_DOMAIN_ALLOWLIST"`
	Heartbeat      seconds  `env:"CHATKIT_HEARTBEAT" envDefault:"15"` // 0 switches it off
	MaxAudio       int      `env:"TRANSCRIPTION_MAX_BYTES" envDefault:"10485760"`
	ReloadWait     seconds  `env:"RELOAD_WAIT" envDefault:"8"` // 0 switches it off
}

// kindAuto has the kind of chat service found out.
const kindAuto = "auto"

// kind is what is known of the chat service without asking it: one with a mapping is not chatcore.
func (c config) kind() detect.Kind {
	switch {
	case c.Mapping != "":
		return detect.Plain
	case c.ChatKind == kindAuto:
		return detect.Unknown
	default:
		return detect.Kind(c.ChatKind)
	}
}

// What PAGE_COMPOSER may name.
const (
	pageAttachments = "attachments"
	pageDictation   = "dictation"
)

// seconds is a time that is written as a number of seconds, or as 500ms, 1m and the like.
type seconds time.Duration

// UnmarshalText reads both forms.
func (s *seconds) UnmarshalText(text []byte) error {
	duration, err := time.ParseDuration(string(text))
	if err != nil {
		duration, err = time.ParseDuration(string(text) + "s")
	}
	if err != nil || duration < 0 {
		return errors.New("it must be a number of seconds from 0 on")
	}
	*s = seconds(duration)
	return nil
}

// maxSession is the longest session that chatcore makes, in seconds.
const maxSession = 24 * 60 * 60

// maxReloadWait is the longest that chatcore holds an answer back.
const maxReloadWait = seconds(30 * time.Second)

// readConfig takes the environment as os.Environ gives it. The error names every fault.
func readConfig(environ []string) (config, error) {
	c, err := settings.Read[config](environ)
	if err := settings.Faults(err, c.faults()); err != nil {
		return config{}, err
	}
	for i, origin := range c.Origins {
		c.Origins[i] = strings.TrimSpace(origin)
	}
	return c, nil
}

func (c config) faults() error {
	all := []error{
		settings.Addr("ADDR", c.Addr), settings.Addr("PRIVATE_ADDR", c.PrivateAddr),
		settings.URL("CHAT_API_URL", c.ChatURL), settings.URL("AUTH_JWKS_URL", c.Users.JWKS), c.Users.Fault(), c.Limits.Fault(), settings.URL("PUBLIC_URL", c.PublicURL), settings.URL("DEV_ISSUER_URL", c.DevIssuer),
	}
	if c.ChatURL == "" {
		all = append(all, errors.New("CHAT_API_URL is missing: the address of the chat service"))
	}
	if !slices.Contains([]string{kindAuto, string(detect.Chatcore), string(detect.Plain)}, c.ChatKind) {
		all = append(all, fmt.Errorf("CHAT_API_KIND must be %s, %s or %s", kindAuto, detect.Chatcore, detect.Plain))
	}
	if c.Mapping != "" && c.ChatKind == string(detect.Chatcore) {
		all = append(all, errors.New("CHAT_API_MAPPING_FILE is for a chat service that is not chatcore, as CHAT_API_KIND says it is"))
	}
	if !c.Users.Named() {
		all = append(all, errors.New("AUTH_JWKS_URL or AUTH_HS256_SECRET is missing: what users' tokens are signed with"))
	}
	if c.SessionSeconds < 1 || c.SessionSeconds > maxSession {
		all = append(all, fmt.Errorf("CHATKIT_SESSION_TIMEOUT must be between 1 and %d seconds", maxSession))
	}
	all = append(all, settings.Positive("TRANSCRIPTION_MAX_BYTES", c.MaxAudio))
	for _, feature := range c.PageComposer {
		if feature != pageAttachments && feature != pageDictation {
			all = append(all, fmt.Errorf("PAGE_COMPOSER may name %s and %s, not %q", pageAttachments, pageDictation, feature))
		}
	}
	if c.ReloadWait > maxReloadWait {
		all = append(all, fmt.Errorf("RELOAD_WAIT must be between 0 and %d seconds", maxReloadWait/seconds(time.Second)))
	}
	for _, origin := range c.Origins {
		all = append(all, originFault(strings.TrimSpace(origin)))
	}
	return errors.Join(all...)
}

// originFault holds an origin to the form in which browsers send it, for it is compared as it stands.
func originFault(origin string) error {
	parsed, err := url.Parse(origin)
	if err != nil || parsed.Scheme == "" || parsed.Host == "" || parsed.Scheme+"://"+parsed.Host != origin || strings.ToLower(origin) != origin {
		return fmt.Errorf("CHATKIT_DOMAIN_ALLOWLIST: %q is no origin such as https://example.com", origin)
	}
	return nil
}
