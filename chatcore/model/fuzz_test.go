package model_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/model"
)

// canned is a transport that answers every request with one body, read in pieces of the given sizes.
type canned struct {
	body  []byte
	sizes []byte
}

func (c canned) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: request,
		Body: io.NopCloser(&inPieces{rest: c.body, sizes: c.sizes})}, nil
}

type inPieces struct {
	rest  []byte
	sizes []byte
	next  int
}

func (r *inPieces) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	size := len(r.rest)
	if len(r.sizes) > 0 {
		size = 1 + int(r.sizes[r.next%len(r.sizes)])
		r.next++
	}
	n := copy(p, r.rest[:min(size, len(r.rest))])
	r.rest = r.rest[n:]
	return n, nil
}

// listen gives a canned reply's text and end, and holds every piece to the interface's promises.
func listen(t *testing.T, body, sizes []byte) (text string, finished *agent.Finished, err error) {
	t.Helper()
	m := model.New(model.Config{Model: "m", Client: &http.Client{Transport: canned{body, sizes}}})
	for piece, failed := range m.Reply(t.Context(), ask) {
		if finished != nil || err != nil {
			t.Fatal("something came after the end")
		}
		err = failed
		switch piece := piece.(type) {
		case agent.Text:
			if piece == "" || !utf8.ValidString(string(piece)) || strings.ContainsRune(string(piece), 0) {
				t.Fatalf("a piece of text is %q", piece)
			}
			text += string(piece)
		case agent.Finished:
			finished = &piece
		}
	}
	if (finished == nil) == (err == nil) {
		t.Fatalf("a reply ends with Finished or an error: %v, %v", finished, err)
	}
	return text, finished, err
}

func FuzzBody(f *testing.F) {
	for _, lines := range [][]string{
		{says("Hello"), ends("stop"), done},
		{callPart(`"index":0,"id":"a","function":{"name":"add","arguments":"{}"}`), ends("tool_calls")},
		{": hb", `data: {"error":{"message":"x","code":429}}`},
		{`{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}`},
		{delta(`"content":"\ud83e"`), "data:" + strings.TrimPrefix(delta(`"content":"\udd5b"`), "data: "), ends("length")},
	} {
		f.Add([]byte(strings.Join(lines, "\n\n")+"\n\n"), []byte{3})
	}
	f.Fuzz(func(t *testing.T, body, sizes []byte) {
		text, finished, _ := listen(t, body, sizes)
		again, finishedAgain, _ := listen(t, body, nil)
		if text != again || (finished == nil) != (finishedAgain == nil) {
			t.Fatalf("where the network cuts made a difference: %q, %q", text, again)
		}
		if finished == nil {
			return
		}
		if finished.Reason == "" || !bytes.Contains(bytes.ToLower(body), []byte("finish_reason")) && !bytes.Contains(body, []byte(`\u`)) {
			t.Fatalf("finished without a finish_reason: %+v", finished)
		}
		for _, call := range finished.Calls {
			if call.ID == "" || call.Tool == "" || !utf8.ValidString(call.Arguments) {
				t.Fatalf("a call is %+v", call)
			}
		}
	})
}

// FuzzCuts cuts a text anywhere, between bytes and between UTF-16 units, and expects the text.
func FuzzCuts(f *testing.F) {
	f.Add("milk, Käse, 🥛", []byte{1, 2})
	f.Add("\xed\xa0\x80\xed\xb0\x80\xe2\x82", []byte{0})
	f.Add("\"\\\n\x00𝄞𝄞", []byte{0, 1, 0})
	f.Fuzz(func(t *testing.T, text string, sizes []byte) {
		if len(text) > 4<<10 {
			return
		}
		var units []string
		for _, unit := range utf16.Encode([]rune(text)) {
			units = append(units, fmt.Sprintf(`\u%04x`, unit))
		}
		var raw []string
		for i := range len(text) {
			raw = append(raw, quoted(text[i]))
		}
		for _, parts := range [][]string{raw, units} {
			whole, _, err := listen(t, stream(parts, nil), nil)
			if err != nil {
				t.Fatal(err)
			}
			cut, _, err := listen(t, stream(parts, sizes), sizes)
			if err != nil {
				t.Fatal(err)
			}
			if cut != whole {
				t.Fatalf("%q became %q", whole, cut)
			}
			if utf8.ValidString(text) && whole != strings.ReplaceAll(text, "\x00", "\uFFFD") {
				t.Fatalf("%q became %q", text, whole)
			}
		}
	})
}

// quoted is a byte as it stands in a JSON string.
func quoted(b byte) string {
	if b >= utf8.RuneSelf {
		return string([]byte{b})
	}
	literal, _ := json.Marshal(string(rune(b)))
	return string(literal[1 : len(literal)-1])
}

// stream says the parts in chunks of the given sizes; without sizes in one.
func stream(parts []string, sizes []byte) []byte {
	var body bytes.Buffer
	for i := 0; len(parts) > 0; i++ {
		size := len(parts)
		if len(sizes) > 0 {
			size = min(size, 1+int(sizes[i%len(sizes)]))
		}
		fmt.Fprintf(&body, "%s\n\n", delta(`"content":"`+strings.Join(parts[:size], "")+`"`))
		parts = parts[size:]
	}
	fmt.Fprintf(&body, "%s\n\n", ends("stop"))
	return body.Bytes()
}
