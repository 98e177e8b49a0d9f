package storable_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/storable"
)

var _ = Describe("Text", func() {
	DescribeTable("makes text that Postgres takes",
		func(given, stored string) { Expect(storable.Text(given)).To(Equal(stored)) },
		Entry("leaving good text alone", "milk, Käse, 🥛", "milk, Käse, 🥛"),
		Entry("replacing U+0000", "a\x00b", "a\uFFFDb"),
		Entry("replacing bytes that are no UTF-8", "a\xffb\xe2\x82", "a\uFFFDb\uFFFD"),
	)
})

var _ = Describe("JSON", func() {
	DescribeTable("makes JSON that jsonb takes",
		func(given, stored string) {
			value, ok := storable.JSON([]byte(given))
			Expect(ok).To(BeTrue())
			Expect(string(value)).To(Equal(stored))
		},
		Entry("leaving numbers and spaces alone", `{"id": 9007199254740993, "x": 1.0}`, `{"id": 9007199254740993, "x": 1.0}`),
		Entry("leaving other escapes alone", `"a\n\"\\\u00e9\/"`, `"a\n\"\\\u00e9\/"`),
		Entry("replacing an escaped U+0000", `{"a\u0000":"\u0000b"}`, `{"a\ufffd":"\ufffdb"}`),
		Entry("leaving a backslash followed by u0000 alone", `"\\u0000"`, `"\\u0000"`),
		Entry("replacing U+0000 after a backslash", `"\\\u0000"`, `"\\\ufffd"`),
		Entry("leaving a pair alone", `"\ud83e\udd5b"`, `"\ud83e\udd5b"`),
		Entry("replacing a high half at the end", `"\ud83e"`, `"\ufffd"`),
		Entry("replacing a high half before another escape", `"\uD83E\n"`, `"\ufffd\n"`),
		Entry("replacing a low half", `"\udd5bx"`, `"\ufffdx"`),
		Entry("keeping the pair after a half", `"\ud83e\ud83e\udd5b"`, `"\ufffd\ud83e\udd5b"`),
		Entry("replacing bytes that are no UTF-8", "\"\xff\"", "\"\uFFFD\""),
	)

	DescribeTable("refuses what is no JSON",
		func(given string) {
			_, ok := storable.JSON([]byte(given))
			Expect(ok).To(BeFalse())
		},
		Entry("nothing", ""), Entry("a cut value", `{"a":`), Entry("two values", `{} {}`), Entry("a raw U+0000", "\"\x00\""),
	)
})

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"\u0000\ud83e\udd5b\udd5b"]}`, `"\\\u0000"`, "\"\xe2\x82\"", `"\ud83e\ud83e"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, given []byte) {
		value, ok := storable.JSON(given)
		if ok != json.Valid(given) {
			t.Fatalf("JSON says %v", ok)
		}
		if !ok {
			return
		}
		if !json.Valid(value) || !utf8.Valid(value) {
			t.Fatalf("%q became %q", given, value)
		}
		again, _ := storable.JSON(value)
		if string(again) != string(value) {
			t.Fatalf("%q is not settled: %q", value, again)
		}
		var decoded any
		if err := json.Unmarshal(value, &decoded); err != nil {
			t.Fatal(err)
		}
		if text, isText := decoded.(string); isText && strings.ContainsRune(text, 0) {
			t.Fatalf("%q still has U+0000", value)
		}
	})
}
