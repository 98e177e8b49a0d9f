package chatkit

import "time"

// Page is a page of threads or items. After names its last element; it is there when more follow.
type Page[T any] struct {
	Data    []T    `json:"data"`
	HasMore bool   `json:"has_more"`
	After   string `json:"after,omitempty"`
}

// MarshalJSON writes data always, and after only if there is one.
func (p Page[T]) MarshalJSON() ([]byte, error) {
	type fields Page[T]
	p.Data = list(p.Data)
	return Marshal(fields(p))
}

// Thread is a conversation as ChatKit sees it. In events and in threads.list its items are an empty page.
type Thread struct {
	ID                  string
	Title               string // empty: none
	CreatedAt           time.Time
	Status              ThreadStatus
	AllowedImageDomains []string
	Items               Page[Item]
}

// MarshalJSON adds metadata, which is for the integration only and never sent: always {}.
func (t Thread) MarshalJSON() ([]byte, error) {
	return Marshal(t.wire())
}

func (t Thread) wire() any {
	return struct {
		ID                  string       `json:"id"`
		Title               string       `json:"title,omitempty"`
		CreatedAt           time.Time    `json:"created_at"`
		Status              ThreadStatus `json:"status"`
		AllowedImageDomains []string     `json:"allowed_image_domains,omitempty"`
		Metadata            struct{}     `json:"metadata"`
		Items               Page[Item]   `json:"items"`
	}{t.ID, t.Title, t.CreatedAt.UTC(), t.Status, t.AllowedImageDomains, struct{}{}, t.Items}
}

// Types of a ThreadStatus.
const (
	ThreadActive = "active"
	ThreadLocked = "locked"
	ThreadClosed = "closed"
)

// ThreadStatus says whether the person can write. The zero value is active; Reason is for locked and closed threads.
type ThreadStatus struct {
	Type   string
	Reason string
}

type (
	activeStatus struct{}
	lockedStatus struct{ closedStatus }
	closedStatus struct {
		Reason string `json:"reason,omitempty"`
	}
)

func (activeStatus) kind() string { return ThreadActive }
func (lockedStatus) kind() string { return ThreadLocked }
func (closedStatus) kind() string { return ThreadClosed }

// MarshalJSON fills the zero value in.
func (s ThreadStatus) MarshalJSON() ([]byte, error) {
	closed := closedStatus{Reason: s.Reason}
	switch s.Type {
	case ThreadLocked:
		return tagged(ThreadLocked, lockedStatus{closed})
	case ThreadClosed:
		return tagged(ThreadClosed, closed)
	}
	return tagged(ThreadActive, activeStatus{})
}
