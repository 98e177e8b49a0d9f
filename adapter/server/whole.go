package server

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// answerWhole answers a request with one JSON object.
func (s *Server) answerWhole(c echo.Context, who tokens.Identity, request chatkit.Request) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), s.timeFor(request))
	defer cancel()
	answer, err := s.whole(ctx, who, request)
	if err != nil {
		return err
	}
	encoded, err := chatkit.Marshal(answer)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "application/json", encoded)
}

// timeFor is how long a request may take.
func (s *Server) timeFor(request chatkit.Request) time.Duration {
	if _, audio := request.(chatkit.Transcribe); audio {
		return s.options.AudioTime
	}
	return s.options.WholeTime + s.options.ReloadWait
}

func (s *Server) whole(ctx context.Context, who tokens.Identity, request chatkit.Request) (any, error) {
	switch r := request.(type) {
	case chatkit.GetThread:
		first := chatkit.Paging{Limit: chatkit.DefaultPage, Order: chatkit.Ascending}
		thread, items, err := s.items(ctx, who, r.ThreadID, first, true)
		thread.Items = items
		return thread, err
	case chatkit.ListItems:
		reload := r.Order != chatkit.Ascending && r.After == ""
		_, items, err := s.items(ctx, who, r.ThreadID, r.Paging, reload)
		return items, err
	case chatkit.ListThreads:
		return s.threads(ctx, who, r.Paging)
	case chatkit.UpdateThread:
		return s.rename(ctx, who, r)
	case chatkit.DeleteThread:
		return s.delete(ctx, who, r)
	case chatkit.CreateAttachment:
		return s.createAttachment(ctx, who, r)
	case chatkit.DeleteAttachment:
		return s.deleteAttachment(ctx, who, r)
	case chatkit.ItemFeedback:
		return s.giveFeedback(ctx, who, r)
	case chatkit.SyncCustomAction:
		return s.actAtOnce(ctx, who, r.ActionParams)
	case chatkit.Transcribe:
		return s.transcribe(ctx, who, r)
	default:
		return nil, serving.Problem{
			Status: http.StatusNotImplemented, Code: "not_supported", Detail: s.words.Unsupported(request.RequestType()),
		}
	}
}

// threads gives a page of threads, without items.
func (s *Server) threads(ctx context.Context, who tokens.Identity, paging chatkit.Paging) (any, error) {
	ask := api.PageRequest{Order: paging.Order}
	if paging.After != "" {
		conversation, ok := translate.ParseThreadID(paging.After)
		if !ok {
			return nil, notFound()
		}
		ask.After = translate.ConversationCursor(conversation)
	}
	var threads chatkit.Page[chatkit.Thread]
	there := map[translate.Key]bool{} // going up, one that changes meanwhile comes again at the end
	for {
		ask.Limit = min(paging.Limit-len(threads.Data), api.MaxPage)
		page, err := s.options.Chat.Conversations(ctx, who, ask)
		if err != nil {
			return nil, s.problem(who, err)
		}
		for _, conversation := range page.Data {
			key := translate.KeyOf(conversation)
			if !there[key] {
				threads.Data = append(threads.Data, s.translating(ctx).Thread(conversation))
			}
			there[key] = true
		}
		more := page.HasMore && len(page.Data) > 0
		if !more || len(threads.Data) >= paging.Limit {
			threads.HasMore = more
			break
		}
		ask.After = page.After
	}
	if threads.HasMore {
		threads.After = threads.Data[len(threads.Data)-1].ID
	}
	return threads, nil
}

func (s *Server) rename(ctx context.Context, who tokens.Identity, r chatkit.UpdateThread) (any, error) {
	conversation, ok := translate.ParseThreadID(r.ThreadID)
	if !ok {
		return nil, notFound()
	}
	renamed, err := s.options.Chat.Rename(ctx, who, conversation, r.Title)
	if err != nil {
		return nil, s.problem(who, err)
	}
	return s.translating(ctx).Thread(renamed), nil
}

func (s *Server) delete(ctx context.Context, who tokens.Identity, r chatkit.DeleteThread) (any, error) {
	conversation, ok := translate.ParseThreadID(r.ThreadID)
	if !ok {
		return nil, notFound()
	}
	if err := s.options.Chat.Delete(ctx, who, conversation); err != nil {
		return nil, s.problem(who, err)
	}
	return struct{}{}, nil
}
