package server

import (
	"errors"
	"net/http"
	"time"

	"taskpilot/chatcore/attachments"
	"taskpilot/chatcore/store"
	"taskpilot/internal/serving"
)

// attachmentProblem is the problem that an error is, when it is one of attachments.
func attachmentProblem(err error) (problem serving.Problem, is bool) {
	var refusal *attachments.Refusal
	var carried *store.AttachmentError
	switch {
	case errors.As(err, &carried):
		return carriedProblem(carried), true
	case errors.As(err, &refusal):
		return refusedFile(refusal), true
	case errors.Is(err, attachments.ErrBrokenOff):
		return brokenOff(err), true
	case errors.Is(err, attachments.ErrBucket):
		return serving.Problem{Status: http.StatusServiceUnavailable, Code: "attachments_unavailable", Detail: "Attachments can't be reached right now. Try again in a moment.", RetryAfter: 2 * time.Second, Cause: err}, true
	case errors.Is(err, store.ErrAlreadyStored):
		return serving.Problem{Status: http.StatusConflict, Code: "attachment_stored", Detail: "This file has been uploaded already."}, true
	case errors.Is(err, store.ErrAttachmentSent):
		return serving.Problem{Status: http.StatusConflict, Code: "attachment_sent", Detail: "This file is in a message, and goes with its conversation."}, true
	case errors.Is(err, store.ErrTooManyUnsent):
		return serving.Problem{Status: http.StatusTooManyRequests, Code: "too_many_attachments", Detail: "Too many files wait to be sent. Send some, or delete some."}, true
	}
	return problem, false
}

// carriedProblem says why a message can't carry an attachment. It is no 404: the conversation is there.
func carriedProblem(e *store.AttachmentError) serving.Problem {
	detail := map[string]string{
		store.AttachmentMissing:   "One of the attachments is not there any more.",
		store.AttachmentNotStored: "One of the attachments has not been uploaded to its end.",
		store.AttachmentUsed:      "One of the attachments is in a message already.",
	}[e.Why]
	return serving.Problem{Status: http.StatusBadRequest, Code: e.Why, Field: "attachments", Detail: detail, Cause: e}
}

// refusedFile is the answer to a file that is not taken.
func refusedFile(refusal *attachments.Refusal) serving.Problem {
	problem := serving.Problem{Status: http.StatusBadRequest, Code: refusal.Code, Detail: refusal.Detail}
	switch refusal.Code {
	case attachments.CodeTooLarge:
		problem.Status = http.StatusRequestEntityTooLarge
	case attachments.CodeType, attachments.CodeContent:
		problem.Status = http.StatusUnsupportedMediaType
	}
	return problem
}

// brokenOff is the answer to an upload that did not come to its end, or that would never have.
func brokenOff(err error) serving.Problem {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return serving.Problem{Status: http.StatusRequestEntityTooLarge, Code: attachments.CodeTooLarge, Detail: "The file is too large."}
	}
	return serving.Problem{Status: http.StatusBadRequest, Code: "unreadable", Detail: "The file could not be read to its end.", Cause: err}
}
