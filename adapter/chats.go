package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"taskpilot/adapter/detect"
	"taskpilot/adapter/mapping"
	"taskpilot/adapter/plain"
	"taskpilot/adapter/present"
	"taskpilot/adapter/server"
	"taskpilot/adapter/upstream"
	"taskpilot/internal/serving"
)

// chats are the ways to the one chat service, whichever kind it turns out to be.
type chats struct {
	core     *upstream.Chat
	plain    *plain.Chat
	service  *plain.Service
	detector *detect.Detector
}

func newChats(conf config, log *slog.Logger) (c chats, err error) {
	m := mapping.Default()
	if conf.Mapping != "" {
		if m, err = mapping.Read(conf.Mapping, conf.ChatToken != ""); err != nil {
			return c, fmt.Errorf("CHAT_API_MAPPING_FILE: %w", err)
		}
	}
	transport := chatTransport()
	c.service, err = plain.NewService(conf.ChatURL, &http.Client{Transport: transport}, m, conf.ChatToken, log, time.Now)
	if err != nil {
		return c, fmt.Errorf("reading CHAT_API_URL: %w", err)
	}
	c.plain = plain.New(c.service, log, time.Now, plain.Pace{})
	c.detector = detect.New(conf.ChatURL, conf.kind(), c.service, transport, log)
	c.core, err = newChat(conf, c.detector.Guard(transport), log)
	return c, err
}

// front answers pages as it fits the kind of chat service.
type front struct {
	core, plain *server.Server
	detector    *detect.Detector
	handlers    map[bool]http.Handler // by whether the service is a plain one
}

func (c chats) front(options server.Options, readOnly *present.Languages) *front {
	options.About = []serving.About{{Name: "chat_service", Of: func() any { return c.detector.Found() }}}
	whole := options
	whole.Chat, whole.Whole, whole.Languages, whole.Keys, whole.ReloadWait = c.plain, true, readOnly, nil, 0
	f := &front{core: server.New(options), plain: server.New(whole), detector: c.detector}
	f.handlers = map[bool]http.Handler{false: f.core.Handler(), true: c.service.PassHeaders(f.plain.Handler())}
	return f
}

// ServeHTTP answers as for chatcore while nothing is known: then nothing is sent to the chat service.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.handlers[f.detector.Found().Kind == detect.Plain].ServeHTTP(w, r)
}

// Closing tells open streams to say goodbye.
func (f *front) Closing() {
	f.core.Closing()
	f.plain.Closing()
}

// finishTime is how long messages that were sent may still take when the process ends.
const finishTime = 10 * time.Second

// finish lets messages that are on their way be answered.
func (c chats) finish() {
	ctx, cancel := context.WithTimeout(context.Background(), finishTime)
	defer cancel()
	c.plain.Finish(ctx)
}
