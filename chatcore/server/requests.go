package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/internal/serving"
)

// maxBody is the most bytes of a JSON request: MaxContent characters and as many quoted ones, each written as a surrogate
// pair of escapes, fit beside some tags with their data; and so does what a page brings to a run that waits.
func (c Config) maxBody() int64 { return 64<<10 + max(2*12*int64(c.MaxContent), 2*api.MaxClientResult) }

// readJSON reads a request's body, a JSON object, into a value, and refuses what does not fit its shape.
func (s *Server) readJSON(c echo.Context, into any) error {
	_, err := s.readJSONHashed(c, into)
	return err
}

// readJSONHashed gives the body's hash too.
func (s *Server) readJSONHashed(c echo.Context, into any) (hash []byte, err error) {
	kind, _, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, serving.Problem{Status: http.StatusUnsupportedMediaType, Code: "not_json", Detail: "Send application/json."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, s.Config.maxBody()))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, serving.Problem{Status: http.StatusRequestEntityTooLarge, Code: "too_large", Detail: fmt.Sprintf("A request may have %d bytes.", tooLarge.Limit)}
	case err != nil:
		return nil, serving.Problem{Status: http.StatusBadRequest, Code: "unreadable", Detail: "The body could not be read to its end.", Cause: err}
	case !utf8.Valid(body):
		return nil, invalid("", "The body is not valid UTF-8.")
	case !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")):
		return nil, invalid("", notObject)
	}
	sum := sha256.Sum256(body)
	return sum[:], fits(json.Unmarshal(body, into))
}

const notObject = "The body is not a JSON object."

// fits words an error of decoding JSON.
func fits(err error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &kind):
		return invalid(kind.Field, fmt.Sprintf("%s is of the wrong type: %s.", kind.Field, kind.Value))
	default:
		return invalid("", notObject)
	}
}

// checkText refuses a text that is empty, longer than max characters, or has what a database can't keep.
func checkText(field, text string, maxChars int) error {
	switch {
	case strings.TrimSpace(text) == "":
		return invalid(field, field+" must not be empty.")
	case !utf8.ValidString(text):
		return invalid(field, field+" must be UTF-8.")
	case strings.ContainsRune(text, 0):
		return invalid(field, field+" must not contain the character U+0000.")
	case utf8.RuneCountInString(text) > maxChars:
		tooLong := invalid(field, fmt.Sprintf("%s may have at most %d characters.", field, maxChars))
		tooLong.Limit = maxChars
		return tooLong
	}
	return nil
}

// idempotencyKey reads the header; empty when there is none.
func idempotencyKey(c echo.Context) (string, error) {
	key := c.Request().Header.Get("Idempotency-Key")
	if key == "" {
		return "", nil
	}
	return key, checkText("Idempotency-Key", key, maxKey)
}

// number reads an id that the path has. What can't be an id names nothing.
func number(c echo.Context, name string) (int64, error) {
	n, err := strconv.ParseInt(c.Param(name), 10, 64)
	if err != nil || n < 1 || n > api.MaxID {
		return 0, store.ErrNotFound
	}
	return n, nil
}

// defaultLimit is how many elements a page has when nobody says.
const defaultLimit = 20

// page reads ?limit=, ?after= and ?order=. asked says that any of them was there. Lists of conversations have cursors with a
// time.
func page(c echo.Context, ascending, timed bool) (p store.Page, asked bool, err error) {
	query := c.QueryParams()
	p = store.Page{Limit: defaultLimit, Ascending: ascending}
	if limit := query.Get("limit"); limit != "" {
		n, err := strconv.Atoi(limit)
		if err != nil && !errors.Is(err, strconv.ErrRange) || n < 1 {
			return p, false, invalid("limit", "limit must be a whole number from 1 on.")
		}
		p.Limit = min(n, api.MaxPage)
	}
	if after := query.Get("after"); after != "" {
		id, changed, hasTime := strings.Cut(after, "_")
		if p.After, err = strconv.ParseInt(id, 10, 64); err == nil && hasTime {
			p.Changed, err = changedAt(changed)
		}
		if err != nil || p.After < 0 || p.After > api.MaxID || hasTime && !timed {
			return p, false, invalid("after", "after must be what an earlier page gave.")
		}
	}
	switch query.Get("order") {
	case "":
	case "asc":
		p.Ascending = true
	case "desc":
		p.Ascending = false
	default:
		return p, false, invalid("order", "order must be asc or desc.")
	}
	return p, query.Has("limit") || query.Has("after") || query.Has("order"), nil
}

// cursor names a conversation and where it stands in the list: when it has changed meanwhile, or is gone, the next page
// still begins behind that place.
func cursor(c api.Conversation) string { return fmt.Sprintf("%d_%d", c.ID, c.UpdatedAt.UnixMicro()) }

// changedAt reads a cursor's time, in microseconds of Unix.
func changedAt(text string) (time.Time, error) {
	micros, err := strconv.ParseUint(text, 10, 53)
	return time.UnixMicro(int64(micros)).UTC(), err
}
