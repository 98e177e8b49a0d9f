package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"taskpilot/adapter/present"
	"taskpilot/adapter/server"
	"taskpilot/adapter/templates"
	"taskpilot/adapter/upstream"
	"taskpilot/adapter/web"
	"taskpilot/chatcore/api"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// serve wires the adapter and runs it until ctx ends.
func serve(ctx context.Context, conf config, log *slog.Logger) error {
	languages, readOnly, err := newLanguages(conf.Presentation)
	if err != nil {
		return err
	}
	chats, err := newChats(conf, log)
	if err != nil {
		return err
	}
	users := tokens.NewVerifier(tokens.Options{Log: log}, conf.Users.Source())
	options := server.Options{
		Chat: chats.core, Users: users, Languages: languages, Log: log, Clock: time.Now,
		Ready: serving.Checks(log, serving.Check{Name: "the users' keys", Do: func(ctx context.Context) error {
			return conf.Users.Ready(ctx, users)
		}}),
		Keys: chats.core.Keys, SessionTimeout: time.Duration(conf.SessionSeconds) * time.Second,
		Disabled: !conf.Enabled, Origins: conf.Origins, Heartbeat: time.Duration(conf.Heartbeat),
		ReloadWait: time.Duration(conf.ReloadWait), MaxAudio: conf.MaxAudio,
		Addresses: conf.Limits.Addresses(time.Now), Requests: conf.Limits.Users(time.Now), Turns: conf.Limits.Turns(time.Now),
	}
	page := web.Config{
		Protocol: "/api/v1/chatkit", DevIssuer: conf.DevIssuer,
		Attachments: slices.Contains(conf.PageComposer, pageAttachments), Dictation: slices.Contains(conf.PageComposer, pageDictation),
	}
	if err := page.Validate(); err != nil {
		return fmt.Errorf("making the page: %w", err)
	}
	options.Page = web.Handler(page)
	if conf.PublicURL != "" {
		if options.PublicURL, err = url.Parse(conf.PublicURL); err != nil {
			return fmt.Errorf("reading PUBLIC_URL: %w", err)
		}
	}
	front := chats.front(options, readOnly)
	finding, found := context.WithCancel(ctx)
	defer found()
	go chats.detector.Run(finding)
	err = serving.Run(ctx, serving.Options{
		Addr: conf.Addr, PrivateAddr: conf.PrivateAddr, Log: log,
		Handler: serving.Standard(log, front), Closing: front.Closing,
	})
	chats.finish()
	return err
}

// newLanguages makes the words for chatcore, and those for a chat service where nothing can be clicked.
func newLanguages(presentation string) (usual, readOnly *present.Languages, err error) {
	if usual, err = present.NewLanguages(); err != nil {
		return nil, nil, err
	}
	if readOnly, err = present.NewReadOnlyLanguages(); err != nil || presentation == "" {
		return usual, readOnly, err
	}
	var spoken []string
	for _, words := range usual.All() {
		spoken = append(spoken, words.Language())
	}
	custom, err := templates.Read(presentation, spoken)
	if err != nil {
		return nil, nil, fmt.Errorf("PRESENTATION_FILE: %w", err)
	}
	usual.Customize(custom)
	readOnly.Customize(custom)
	return usual, readOnly, nil
}

// newChat makes the way to chatcore. Without signing keys it says what that means.
func newChat(conf config, transport http.RoundTripper, log *slog.Logger) (*upstream.Chat, error) {
	client, err := api.NewClient(conf.ChatURL, api.ClientOptions{HTTP: &http.Client{Transport: transport}, Silence: silence})
	if err != nil {
		return nil, fmt.Errorf("reading CHAT_API_URL: %w", err)
	}
	chat := &upstream.Chat{Client: client, Token: conf.ChatToken, Clock: time.Now}
	if conf.SigningKeys == "" {
		log.Warn("no SIGNING_KEYS_FILE: there are no ChatKit sessions, and the chat API is called with " + whose(conf.ChatToken) + " token")
		return chat, nil
	}
	if chat.Keys, err = tokens.LoadKeys(conf.SigningKeys); err != nil {
		return nil, err
	}
	return chat, nil
}

// silence is how long a stream of chatcore's may say nothing at all: several of its heartbeats.
const silence = 90 * time.Second

// chatTransport keeps more connections to the one host that there is than the standard two: every open stream has one.
func chatTransport() *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.MaxIdleConnsPerHost = 64
	return transport
}

func whose(token string) string {
	if token == "" {
		return "each caller's own"
	}
	return "the configured CHAT_API_TOKEN as its"
}

// addrOf is where the process serves, for the health command, which needs nothing else.
func addrOf(environ []string) string {
	addr := ":8000"
	for _, pair := range environ {
		if value, ok := strings.CutPrefix(pair, "ADDR="); ok && value != "" {
			addr = value
		}
	}
	return addr
}
