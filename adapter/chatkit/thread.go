package chatkit

import "time"

// Page is a page of threads or items. After names its last element; it is there when more follow.
type Page[T any] struct {
	Data    []T
	HasMore bool
	After   string
}

// MarshalJSON writes data always, and after only if there is one.
func (p Page[T]) MarshalJSON() ([]byte, error) {
	return Marshal(struct {
		Data    []T    `json:"data"`
		HasMore bool   `json:"has_more"`
		After   string `json:"after,omitempty"`
	}{list(p.Data), p.HasMore, p.After})
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
	return Marshal(struct {
		ID                  string       `json:"id"`
		Title               string       `json:"title,omitempty"`
		CreatedAt           time.Time    `json:"created_at"`
		Status              ThreadStatus `json:"status"`
		AllowedImageDomains []string     `json:"allowed_image_domains,omitempty"`
		Metadata            struct{}     `json:"metadata"`
		Items               Page[Item]   `json:"items"`
	}{t.ID, t.Title, t.CreatedAt.UTC(), t.Status, t.AllowedImageDomains, struct{}{}, t.Items})
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

// MarshalJSON fills the zero value in.
func (s ThreadStatus) MarshalJSON() ([]byte, error) {
	if s.Type == "" || s.Type == ThreadActive {
		return []byte(`{"type":"active"}`), nil
	}
	return Marshal(struct {
		Type   string `json:"type"`
		Reason string `json:"reason,omitempty"`
	}{s.Type, s.Reason})
}
