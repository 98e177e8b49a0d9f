package faults

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/lib/pq"
)

// wiring decides who finds whom where.
type wiring struct {
	*System
	options Options
}

func (w wiring) wire() error {
	adapters, err := w.front(w.Adapters)
	if err != nil {
		return err
	}
	chatcores, err := w.front(w.Chatcores)
	if err != nil {
		return err
	}
	toolservers, err := w.front(w.Toolservers)
	if err != nil {
		return err
	}
	database, err := w.database()
	if err != nil {
		return err
	}
	model := httptest.NewServer(w.options.Model)
	w.closers = append(w.closers, model.CloseClientConnections, model.Close)
	for _, h := range []struct {
		into     **Hop
		name, to string
	}{
		{&w.Pages, "pages", adapters}, {&w.Chat, "chat", chatcores}, {&w.Tools, "tools", toolservers},
		{&w.ChatcoreDB, "chatcore-db", database}, {&w.ToolsDB, "tools-db", database},
		{&w.Model, "model", model.Listener.Addr().String()},
	} {
		hop, err := NewHop(h.name, h.to)
		if err != nil {
			return err
		}
		w.closers = append(w.closers, hop.Close)
		*h.into = hop
	}
	return w.environments("http://"+adapters, "http://"+chatcores)
}

func (w wiring) front(replicas []*Replica) (string, error) {
	var targets []Target
	for _, replica := range replicas {
		targets = append(targets, Target{"tcp", replica.Addr})
	}
	return w.open(targets...)
}

func (w wiring) open(targets ...Target) (string, error) {
	front, err := NewFront(targets...)
	if err != nil {
		return "", err
	}
	w.closers = append(w.closers, front.Close)
	return front.Addr(), nil
}

// database makes the server reachable by TCP: a private one listens on a unix socket only.
func (w wiring) database() (string, error) {
	config, err := pq.NewConfig(w.options.ChatcoreDSN)
	if err != nil {
		return "", fmt.Errorf("reading the database's address: it is none")
	}
	port := strconv.Itoa(int(config.Port))
	if strings.HasPrefix(config.Host, "/") {
		return w.open(Target{"unix", path.Join(config.Host, ".s.PGSQL."+port)})
	}
	return w.open(Target{"tcp", config.Host + ":" + port})
}

// through is the same database behind a hop.
func through(hop *Hop, dsn string) (string, error) {
	host, port, _ := strings.Cut(hop.Addr(), ":")
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		return dsn + " host='" + host + "' port='" + port + "' sslmode=disable", nil // of two pairs the later one counts
	}
	query := u.Query()
	query.Del("host")
	query.Del("port")
	query.Set("sslmode", "disable")
	u.Host, u.RawQuery = hop.Addr(), query.Encode()
	return u.String(), nil
}

// environments are the processes' settings. Public keys are fetched with nothing in between: what is tried here is the
// way of the turns.
func (w wiring) environments(adapters, chatcores string) error {
	chatcoreDSN, err := through(w.ChatcoreDB, w.options.ChatcoreDSN)
	if err != nil {
		return err
	}
	toolsDSN, err := through(w.ToolsDB, w.options.ToolsDSN)
	if err != nil {
		return err
	}
	users := map[string]string{
		"RATE_USER": "0", "RATE_TURNS": "0", "RATE_ADDRESS": "0", // the drivers do not think before they speak
		"LOG_LEVEL": "info", "AUTH_JWKS_URL": w.issuer.URL + jwksPath, "AUTH_ISSUER": w.issuer.URL, "AUTH_AUDIENCE": audience,
	}
	for _, replica := range w.Adapters {
		replica.environment = environment(with(users, map[string]string{
			"SIGNING_KEYS_FILE": keyFile(w.options.Dir, "adapter"), "CHAT_API_URL": "http://" + w.Chat.Addr(),
			"CHATKIT_HEARTBEAT": w.options.Breath.String(),
		}))
	}
	for _, replica := range w.Chatcores {
		replica.environment = environment(with(users, map[string]string{
			"SIGNING_KEYS_FILE": keyFile(w.options.Dir, "chatcore"), "DATABASE_URL": chatcoreDSN, "ADAPTER_JWKS_URL": adapters + jwksPath,
			"MCP_URL": "http://" + w.Tools.Addr() + "/mcp", "INTERNAL_URL": "http://" + replica.Addr,
			"OPENAI_BASE_URL": "http://" + w.Model.Addr() + "/v1", "OPENAI_API_KEY": "offline",
			"STREAM_HEARTBEAT": w.options.Breath.String(), "SHUTDOWN_TIME": w.options.ShutdownTime.String(),
		}, w.options.Chatcore))
	}
	for _, replica := range w.Toolservers {
		replica.environment = environment(with(users, map[string]string{
			"DATABASE_URL": toolsDSN, "CHATCORE_JWKS_URL": chatcores + jwksPath, "AUTH_AUDIENCE": "taskpilot-tools",
		}))
	}
	return nil
}

func with(settings ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, some := range settings {
		maps.Copy(all, some)
	}
	return all
}
