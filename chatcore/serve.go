package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"taskpilot/chatcore/actions"
	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/attachments"
	"taskpilot/chatcore/model"
	"taskpilot/chatcore/peers"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/server"
	"taskpilot/chatcore/store"
	"taskpilot/chatcore/titles"
	"taskpilot/chatcore/tools"
	"taskpilot/internal/ids"
	"taskpilot/internal/limits"
	"taskpilot/internal/ownerdb"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// serve wires the parts and serves until ctx ends. Then it goes down in order: no new turns, the running ones to their
// end or to SHUTDOWN_TIME, the streams that follow them, the connections.
func serve(ctx context.Context, conf config, log *slog.Logger) error {
	keys, err := tokens.LoadKeys(conf.SigningKeys)
	if err != nil {
		return fmt.Errorf("loading the signing keys: %w", err)
	}
	db, err := ownerdb.Open(conf.DatabaseURL, ownerdb.Options{MaxConns: conf.DatabaseConns})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	toolbox := newTools(conf, keys, log)
	defer func() { _ = toolbox.Close() }()

	conversations := store.New(db, ids.New(time.Now), time.Now)
	files, closeFiles, err := newAttachments(ctx, conf, conversations, log)
	if err != nil {
		return err
	}
	defer closeFiles()
	manager := runs.NewManager(conversations, newAgent(conf, toolbox, files, log), runs.Config{
		// The fragment tells this process from one that was here before and died: their leases differ.
		OwnerURL: conf.InternalURL + "#" + rand.Text(), Peers: newPeers(keys),
		Models: conf.models(), Lease: conf.Lease, MaxHistory: conf.MaxHistory, Grace: conf.Grace, Finish: conf.Disconnect == "finish",
		Titles:    newTitles(conf, log),
		UserTurns: conf.UserTurns,
	}, log)
	renewing, stopRenewing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRenewing()
	go manager.Renew(renewing)
	go manager.TakeOver(ctx)
	doing := actions.New(conversations, toolbox, manager, actions.Config{Lease: conf.Lease}, log)
	go doing.Sweep(ctx)
	if files != nil {
		go files.Sweep(ctx)
	}

	registry, metrics, err := newMetrics()
	if err != nil {
		return err
	}
	verifier, ready := newVerifier(conf, keys, db, log)
	front := &server.Server{
		Turns: manager, Actions: doing, Conversations: conversations, Tools: toolbox, Callers: verifier, Ready: ready, Keys: keys,
		Log: log, Metrics: metrics, Requests: conf.Limits.Users(time.Now), TurnRate: conf.Limits.Turns(time.Now),
		Uploads: limits.NewGate(conf.UserUploads), Recordings: limits.NewGate(conf.UserAudio),
		SessionID: func() string { return "cks_" + rand.Text() },
		Config: server.Config{
			MaxContent: conf.MaxContent, Models: conf.models(), PageTools: conf.namedPageTools(), Heartbeat: orNone(conf.Heartbeat),
			MaxAudio: conf.TranscriptionBytes, AudioTime: conf.TranscriptionTime,
		},
	}
	if conf.TranscriptionModel != "" {
		front.Transcriber = model.NewTranscriber(endpointOf(conf, conf.TranscriptionModel, log))
	}
	if files != nil { // a nil of its type would be no nil there
		front.Attachments = files
	}
	return serving.Run(ctx, serving.Options{
		Addr: conf.Addr, PrivateAddr: conf.PrivateAddr, Handler: front.Handler(), Log: log, Gatherer: registry,
		Grace: conf.ShutdownTime + 5*time.Second,
		Closing: func() {
			bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), conf.ShutdownTime)
			defer cancel()
			manager.Refuse() // also while actions end
			doing.Close(bounded)
			manager.Close(bounded)
		},
	})
}

// newMetrics makes what /metrics shows: counters of our own, the runtime's and the process's.
func newMetrics() (*prometheus.Registry, *server.Metrics, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	metrics, err := server.NewMetrics(registry)
	if err != nil {
		return nil, nil, fmt.Errorf("making the metrics: %w", err)
	}
	return registry, metrics, nil
}

func newTools(conf config, keys *tokens.Keys, log *slog.Logger) *tools.Tools {
	return tools.New(tools.Config{
		URL: conf.MCPURL, Log: log,
		Mint: func(_ context.Context, caller agent.Caller) (string, error) {
			return keys.Sign(time.Now(), tokens.Claims{
				Issuer: tokens.HopChatcore, Audience: tokens.HopToolserver, Subject: caller.UserID, SessionID: caller.SessionID,
			})
		},
	})
}

func newPeers(keys *tokens.Keys) *peers.Peers {
	return peers.New(func(userID string) (string, error) {
		return keys.Sign(time.Now(), tokens.Claims{Issuer: tokens.HopChatcore, Audience: tokens.HopChatcore, Subject: userID})
	})
}

func newAgent(conf config, toolbox *tools.Tools, files *attachments.Attachments, log *slog.Logger) *agent.Agent {
	config := agent.Config{
		System: conf.prompt, MaxSteps: conf.MaxSteps, MaxTime: conf.MaxTime, NoImages: !conf.Images, PageTools: conf.pageTools,
		Confirm: conf.confirm(),
	}
	if files != nil {
		config.Files = files
	}
	return agent.New(model.New(endpointOf(conf, conf.Model, log)), toolbox, config, log)
}

// newAttachments opens the place for people's files. Without one there are none, and it says so.
func newAttachments(ctx context.Context, conf config, rows attachments.Rows, log *slog.Logger) (_ *attachments.Attachments, closing func(), err error) {
	if conf.Attachments == "" {
		log.WarnContext(ctx, "no ATTACHMENTS_URL: there are no attachments")
		return nil, func() {}, nil
	}
	bucket, err := attachments.OpenBucket(ctx, conf.Attachments)
	if err != nil {
		return nil, nil, fmt.Errorf("reading ATTACHMENTS_URL: %w", err)
	}
	files := attachments.New(rows, bucket, attachments.Config{MaxBytes: int64(conf.AttachmentBytes), Types: conf.AttachmentTypes}, log)
	return files, func() { _ = bucket.Close() }, nil
}

// newTitles is nil when no model is to word titles.
func newTitles(conf config, log *slog.Logger) runs.Titles {
	if conf.TitleModel == "" {
		return nil
	}
	endpoint := endpointOf(conf, conf.TitleModel, log)
	endpoint.MaxCompletionTokens = titles.MaxTokens
	return titles.New(model.New(endpoint))
}

func endpointOf(conf config, name string, log *slog.Logger) model.Config {
	return model.Config{BaseURL: conf.OpenAIBaseURL, APIKey: conf.OpenAIKey, Model: name, Log: log}
}

// newVerifier accepts users' tokens and the adapter's hop tokens. Ready waits for the database and the users' keys only:
// the adapter may start later, and its keys are fetched at its first token.
func newVerifier(conf config, keys *tokens.Keys, db *ownerdb.DB, log *slog.Logger) (*tokens.Verifier, func(context.Context) error) {
	sources := []tokens.Source{tokens.LocalSource(tokens.HopChatcore, tokens.HopChatcore, keys)} // the other replicas
	checks := []serving.Check{{Name: "database", Do: db.Ping}}
	if conf.AdapterJWKS != "" {
		sources = append(sources, tokens.Source{Issuer: tokens.HopAdapter, Audience: tokens.HopChatcore, JWKSURL: conf.AdapterJWKS})
	}
	if conf.Users.Named() {
		sources = append(sources, conf.Users.Source())
	}
	verifier := tokens.NewVerifier(tokens.Options{Log: log}, sources...)
	checks = append(checks, serving.Check{Name: "users' keys", Do: func(ctx context.Context) error {
		return conf.Users.Ready(ctx, verifier)
	}})
	return verifier, serving.Checks(log, checks...)
}

// orNone turns the setting's 0 into the server's "none".
func orNone(heartbeat time.Duration) time.Duration {
	if heartbeat == 0 {
		return -1
	}
	return heartbeat
}
