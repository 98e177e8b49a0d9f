package stack

import (
	"cmp"
	"net/url"
	"strings"

	"taskpilot/deploy/postgres"
)

// Audiences of the tokens that the development issuer makes: the chat's, by default, and toolserver's own.
const (
	Audience           = "taskpilot"
	ToolserverAudience = "taskpilot-tools"
)

// plan is everything that is decided before the first process starts.
type plan struct {
	options                                      Options
	data                                         *data
	adapter, chatcore, toolserver, issuer, model address
	offline                                      bool // the model is ours
}

func newPlan(options Options, data *data) (*plan, error) {
	p := &plan{options: options, data: data}
	p.offline = options.setting("OPENAI_API_KEY") == "" && options.setting("OPENAI_BASE_URL") == ""
	for _, place := range []struct {
		flag, value string
		into        *address
	}{
		{"adapter", options.Adapter, &p.adapter}, {"chatcore", options.Chatcore, &p.chatcore},
		{"toolserver", options.Toolserver, &p.toolserver}, {"issuer", options.Issuer, &p.issuer},
		{"model", options.Model, &p.model},
	} {
		if place.flag == "model" && !p.offline {
			continue
		}
		found, err := reserve(place.flag, place.value)
		if err != nil {
			p.release()
			return nil, err
		}
		*place.into = found
	}
	return p, nil
}

func (p *plan) release() {
	for _, a := range []address{p.adapter, p.chatcore, p.toolserver, p.issuer, p.model} {
		if a.hold != nil {
			_ = a.hold.Close() // it only holds a port
		}
	}
}

// waves are the processes beside Postgres, in the order in which they start: the services find the issuer and the model
// ready. They end in the opposite order.
func (p *plan) waves(adminDSN string) ([][]command, error) {
	passwords := postgres.DerivedPasswords(adminDSN)
	chatcoreDSN, err := postgres.DSNFor(adminDSN, postgres.RoleChatcore, passwords[postgres.RoleChatcore])
	if err != nil {
		return nil, err
	}
	toolserverDSN, err := postgres.DSNFor(adminDSN, postgres.RoleToolserver, passwords[postgres.RoleToolserver])
	if err != nil {
		return nil, err
	}
	first := []command{p.issuerCommand()}
	if p.offline {
		first = append(first, p.modelCommand())
	}
	services := []command{p.toolserverCommand(toolserverDSN), p.chatcoreCommand(chatcoreDSN), p.adapterCommand()}
	return [][]command{first, services}, nil
}

func (p *plan) issuerCommand() command {
	return command{
		name: "issuer", path: p.options.Self,
		args: []string{
			"issuer", "--addr", p.issuer.listen(), "--keys", p.issuerKeys(), "--issuer", p.issuer.url(),
			"--audience", Audience, "--origins", strings.Join(p.origins(), ","), "--log-level", p.options.LogLevel,
		},
		environment: p.environment(nil),
		health:      p.issuer.url() + "/healthz",
		pid:         func(s *State, pid int) { s.Issuer.PID = pid },
	}
}

func (p *plan) modelCommand() command {
	return command{
		name: "model", path: p.binary("offlinemodel"), args: []string{"--addr", p.model.listen()},
		environment: p.environment(map[string]string{"LOG_LEVEL": p.options.LogLevel}),
		health:      p.model.url() + "/healthz",
		pid:         func(s *State, pid int) { s.Model.PID = pid },
	}
}

func (p *plan) toolserverCommand(dsn string) command {
	return p.service("toolserver", p.toolserver, func(s *State, pid int) { s.Toolserver.PID = pid }, map[string]string{
		"DATABASE_URL":      dsn,
		"CHATCORE_JWKS_URL": p.chatcore.url() + jwksPath,
		"AUTH_AUDIENCE":     ToolserverAudience,
	})
}

func (p *plan) chatcoreCommand(dsn string) command {
	own := map[string]string{
		"DATABASE_URL":      dsn,
		"SIGNING_KEYS_FILE": p.keys("chatcore"),
		"ADAPTER_JWKS_URL":  p.adapter.url() + jwksPath,
		"MCP_URL":           cmp.Or(p.options.setting("MCP_URL"), p.toolserver.url()+"/mcp"),
		"INTERNAL_URL":      p.chatcore.url(),
		"AUTH_AUDIENCE":     Audience,
	}
	if p.options.setting("ATTACHMENTS_URL") == "" {
		own["ATTACHMENTS_URL"] = (&url.URL{Scheme: "file", Path: p.data.path("attachments")}).String()
	}
	if p.offline {
		own["OPENAI_BASE_URL"] = p.model.url() + "/v1"
		own["OPENAI_API_KEY"] = "offline"
	}
	return p.service("chatcore", p.chatcore, func(s *State, pid int) { s.Chatcore.PID = pid }, own)
}

func (p *plan) adapterCommand() command {
	allowed := p.origins()
	if more := p.options.setting("CHATKIT_DOMAIN_ALLOWLIST"); more != "" {
		allowed = append(allowed, more)
	}
	composer := p.options.setting("PAGE_COMPOSER")
	if composer == "" {
		composer = "attachments"
	}
	return p.service("adapter", p.adapter, func(s *State, pid int) { s.Adapter.PID = pid }, map[string]string{
		"SIGNING_KEYS_FILE":        p.keys("adapter"),
		"CHAT_API_URL":             p.chatcore.url(),
		"AUTH_AUDIENCE":            Audience,
		"DEV_ISSUER_URL":           p.issuer.url(),
		"PAGE_COMPOSER":            composer,
		"CHATKIT_DOMAIN_ALLOWLIST": strings.Join(allowed, ","),
	})
}

const jwksPath = "/.well-known/jwks.json"

// service is one of the three services, with what they have in common.
func (p *plan) service(name string, at address, pid func(*State, int), own map[string]string) command {
	own["ADDR"] = at.listen()
	own["LOG_LEVEL"] = p.options.LogLevel
	own["AUTH_JWKS_URL"] = p.issuer.url() + jwksPath
	own["AUTH_ISSUER"] = p.issuer.url()
	return command{
		name: name, path: p.binary(name), environment: p.environment(own), health: at.url() + "/readyz", pid: pid,
	}
}

// environment is what a process gets: what the launcher inherited, without what is meant for one process only.
func (p *plan) environment(own map[string]string) []string {
	return environment(p.options.Environ, own, "DATABASE_URL", "PRIVATE_ADDR", "SIGNING_KEYS_FILE", "ADAPTER_JWKS_URL",
		"CHATCORE_JWKS_URL", "CHAT_API_TOKEN", "PUBLIC_URL", "INTERNAL_URL")
}

// origins are those of the adapter's own page.
func (p *plan) origins() []string {
	return []string{p.adapter.url(), p.adapter.urlOn("localhost")}
}

func (p *plan) binary(name string) string { return p.data.path("bin", name) }
func (p *plan) keys(name string) string   { return p.data.path("keys", name+".json") }
func (p *plan) issuerKeys() string        { return p.keys("issuer") }

// state is what stack.json says of the addresses, before any process has a number.
func (p *plan) state() State {
	modelURL := cmp.Or(p.options.setting("OPENAI_BASE_URL"), "https://api.openai.com/v1")
	if p.offline {
		modelURL = p.model.url()
	}
	return State{
		Adapter: Service{URL: p.adapter.url()}, Chatcore: Service{URL: p.chatcore.url()},
		Toolserver: Service{URL: p.toolserver.url()}, Model: Service{URL: modelURL},
		Issuer: Issuer{URL: p.issuer.url(), Issuer: p.issuer.url(), Audience: Audience},
	}
}
