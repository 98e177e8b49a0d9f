package web_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// upload is a file as the fake has it.
type upload struct {
	attachment object
	body       string
	deleted    bool
}

// picture is a PNG of one pixel.
const picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="

// beside adds what stands beside the protocol's one address: following a turn, stopping it, uploads.
func (f *fake) beside(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/chatkit/threads/{id}/events", func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		script := f.live[r.PathValue("id")]
		f.mu.Unlock()
		if f.bare {
			http.NotFound(w, r)
			return
		}
		if script == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		f.stream(w, r, "", "", object{"thread_id": r.PathValue("id")})
	})
	mux.HandleFunc("POST /api/v1/chatkit/threads/{id}/cancel", func(w http.ResponseWriter, r *http.Request) {
		if f.stops == nil {
			http.NotFound(w, r)
			return
		}
		f.stops <- r.PathValue("id")
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("PUT /files/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Upload") != "yes" {
			problem(w, http.StatusForbidden, "The descriptor's headers are missing.")
			return
		}
		body, _ := io.ReadAll(r.Body)
		f.uploaded(r.PathValue("id"), string(body))
	})
	mux.HandleFunc("POST /files", func(w http.ResponseWriter, r *http.Request) {
		file, header, err := r.FormFile("file")
		if err != nil || r.Header.Get("Authorization") == "" {
			problem(w, http.StatusBadRequest, "There is no file.")
			return
		}
		body, _ := io.ReadAll(file)
		f.mu.Lock()
		made := f.attachment(header.Filename, header.Header.Get("Content-Type"))
		f.mu.Unlock()
		f.uploaded(made["id"].(string), string(body))
		writeJSON(w, http.StatusOK, made)
	})
}

func (f *fake) uploaded(id, body string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.uploads[id]
	one.body = body
	f.uploads[id] = one
}

// attachment makes one. The caller holds the lock.
func (f *fake) attachment(name, kind string) object {
	f.made++
	made := object{"id": fmt.Sprintf("atc_%04d", f.made), "name": name, "mime_type": kind, "type": "file"}
	if strings.HasPrefix(kind, "image/") {
		made["type"], made["preview_url"] = "image", picture
	}
	f.uploads[made["id"].(string)] = upload{attachment: made}
	return made
}

// answerFiles answers the requests about files and sound. The caller holds the lock.
func (f *fake) answerFiles(w http.ResponseWriter, kind string, params object) bool {
	switch kind {
	case "attachments.create":
		made := f.attachment(params["name"].(string), params["mime_type"].(string))
		described := object{"upload_descriptor": object{"url": f.page.URL + "/files/" + made["id"].(string), "method": "PUT", "headers": object{"X-Upload": "yes"}}}
		for key, value := range made {
			described[key] = value
		}
		writeJSON(w, http.StatusOK, described)
	case "attachments.delete":
		one := f.uploads[params["attachment_id"].(string)]
		one.deleted = true
		f.uploads[params["attachment_id"].(string)] = one
		writeJSON(w, http.StatusOK, object{})
	case "input.transcribe":
		writeJSON(w, http.StatusOK, object{"text": "buy oat milk"})
	default:
		return false
	}
	return true
}

// files is the fake's uploads by their attachments' names.
func (f *fake) files() map[string]upload {
	f.mu.Lock()
	defer f.mu.Unlock()
	found := map[string]upload{}
	for _, one := range f.uploads {
		found[one.attachment["name"].(string)] = one
	}
	return found
}
