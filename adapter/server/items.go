package server

import (
	"context"
	"slices"
	"time"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// items gives a thread and a page of its items. Each page of messages may show few of them, so it asks until the page is
// full or there is nothing more. A reload's request waits for an answer at work that would stand on its page.
func (s *Server) items(ctx context.Context, who tokens.Identity, thread string, paging chatkit.Paging, reload bool) (t chatkit.Thread, p chatkit.Page[chatkit.Item], err error) {
	conversation, ok := translate.ParseThreadID(thread)
	if !ok {
		return t, p, notFound()
	}
	window, ok := s.translating(ctx).NewWindow(conversation, paging)
	if !ok {
		return t, p, notFound()
	}
	ask, wait := window.First(), time.Duration(0)
	if reload {
		wait = s.options.ReloadWait
	}
	if paging.Order != chatkit.Ascending {
		ask.Wait, wait = wait, 0 // the newest message is on the first page
	}
	for {
		page, err := s.options.Chat.Messages(ctx, who, conversation, ask)
		if err == nil && wait > 0 && atWorkIn(page) && !window.With(page).Full() {
			ask.Wait, wait = wait, 0
			page, err = s.options.Chat.Messages(ctx, who, conversation, ask)
		}
		if err != nil {
			return t, p, s.problem(who, err)
		}
		window.Add(page)
		if window.Full() || !page.HasMore || page.After == "" || page.After == ask.After {
			return s.translating(ctx).Thread(page.Conversation), window.Page(), nil
		}
		ask.After, ask.Wait = page.After, 0
	}
}

// atWorkIn says that an answer of a page is being written.
func atWorkIn(page api.MessagePage) bool {
	return slices.ContainsFunc(page.Data, func(m api.Message) bool { return m.State == api.StateRunning })
}
