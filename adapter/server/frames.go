package server

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
)

// frames writes server-sent events as ChatKit wants them: frames of data only, but for followers. Every write has its own deadline, for a
// page that stops reading must not hold a goroutine for ever.
type frames struct {
	response  *echo.Response
	control   *http.ResponseController
	writeTime time.Duration
	opened    bool
}

func (s *Server) frames(c echo.Context) *frames {
	return &frames{
		response: c.Response(), control: http.NewResponseController(c.Response()), writeTime: s.options.WriteTime,
	}
}

// open begins the answer; from here on it is a 200.
func (f *frames) open() error { return f.write(nil) }

// beat writes a comment, so that nothing in between takes the connection for dead.
func (f *frames) beat() error { return f.write([]byte(": hb\n\n")) }

// say writes events that nobody goes on from, each in a frame, and sends them on at once.
func (f *frames) say(events ...chatkit.Event) error {
	return f.send(translate.Unmarked(events))
}

// send writes events, those that have a mark with an id.
func (f *frames) send(events []translate.Marked) error {
	if len(events) == 0 {
		return nil
	}
	var buffer bytes.Buffer
	for _, event := range events {
		encoded, err := chatkit.Marshal(event.Event)
		if err != nil {
			return fmt.Errorf("writing an event: %w", err)
		}
		if event.ID != "" {
			buffer.WriteString("id: " + event.ID + "\n")
		}
		buffer.WriteString("data: ")
		buffer.Write(encoded)
		buffer.WriteString("\n\n")
	}
	return f.write(buffer.Bytes())
}

func (f *frames) write(frame []byte) error {
	if err := f.control.SetWriteDeadline(time.Now().Add(f.writeTime)); err != nil {
		return fmt.Errorf("setting a write deadline: %w", err)
	}
	if !f.opened {
		f.opened = true
		header := f.response.Header()
		header.Set("Content-Type", "text/event-stream")
		header.Set("Cache-Control", "no-cache, no-transform")
		header.Set("X-Accel-Buffering", "no") // nginx would hold the whole stream back
		f.response.WriteHeader(http.StatusOK)
	}
	if _, err := f.response.Write(frame); err != nil {
		return fmt.Errorf("writing to a page: %w", err)
	}
	if err := f.control.Flush(); err != nil {
		return fmt.Errorf("writing to a page: %w", err)
	}
	return nil
}
