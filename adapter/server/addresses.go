package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// What addresses of attachments permit: the address is all the permission that is needed, for that purpose and no other.
const (
	toUpload   = "attachment-upload"
	toDownload = "attachment-download"
)

// How long addresses are good. A download's end is rounded up, so that an image has the same address for that long: live and
// after a reload, and for the browser's cache. It is good for one to two of them.
const (
	uploadTime     = 15 * time.Minute
	downloadWindow = time.Hour
)

// filesPath is where attachments are uploaded to and downloaded from.
const filesPath = "/api/v1/chatkit/attachments"

// addresses makes addresses of one person's attachments. They are absolute, for a page may be anywhere.
type addresses struct {
	keys *tokens.Keys
	base string // scheme and host
	user string
	now  time.Time
}

// addresses of a request's caller: at PUBLIC_URL, or where the request came to.
func (s *Server) addresses(r *http.Request, who tokens.Identity) addresses {
	base := "http://" + r.Host
	switch {
	case s.options.PublicURL != nil:
		base = s.options.PublicURL.Scheme + "://" + s.options.PublicURL.Host
	case r.TLS != nil:
		base = "https://" + r.Host
	}
	return addresses{keys: s.options.Keys, base: base, user: who.Subject, now: s.options.Clock()}
}

// Preview implements translate.Previews.
func (a addresses) Preview(attachment api.Attachment) string {
	return a.address(toDownload, attachment.ID, a.now.Truncate(downloadWindow).Add(2*downloadWindow))
}

// upload is where an attachment's bytes are to be sent.
func (a addresses) upload(attachment api.Attachment) string {
	return a.address(toUpload, attachment.ID, a.now.Add(uploadTime))
}

// address is empty where there are no keys to sign it with.
func (a addresses) address(purpose string, attachment int64, until time.Time) string {
	if a.keys == nil {
		return ""
	}
	signed, err := a.keys.SignPermit(tokens.Permit{
		Purpose: purpose, Subject: a.user, Object: strconv.FormatInt(attachment, 10), Expires: until,
	})
	if err != nil {
		return "" // a caller without a name has no attachments
	}
	return a.base + filesPath + "/" + signed
}

// permitted reads the permission that an address is.
func (s *Server) permitted(c echo.Context, purpose string) (who tokens.Identity, attachment int64, until time.Time, err error) {
	if s.options.Keys == nil {
		return who, 0, until, notFound()
	}
	permit, err := s.options.Keys.Permit(c.Param("permit"), purpose, s.options.Clock())
	if err == nil {
		attachment, err = strconv.ParseInt(permit.Object, 10, 64)
	}
	if err != nil {
		return who, 0, until, serving.Problem{
			Status: http.StatusForbidden, Code: "address_invalid", Detail: "This address is not valid, or not any more.", Cause: err,
		}
	}
	return tokens.Identity{Subject: permit.Subject}, attachment, permit.Expires, nil
}

type askerKey struct{}

// know keeps with a request who makes it: the addresses in its answer are for them.
func (s *Server) know(c echo.Context, who tokens.Identity) {
	ctx := context.WithValue(c.Request().Context(), askerKey{}, s.addresses(c.Request(), who))
	c.SetRequest(c.Request().WithContext(ctx))
}

// translating makes threads and items for whoever makes the request.
func (s *Server) translating(ctx context.Context) translate.Translator {
	return s.translator.With(asker(ctx))
}

// asker gives the addresses for whoever makes the request.
func asker(ctx context.Context) addresses {
	known, _ := ctx.Value(askerKey{}).(addresses)
	return known
}
