package validate_test

import (
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/validate"
)

// said gives mistakes as a person reads them.
func said(mistakes []validate.Mistake) []string {
	sentences := make([]string, len(mistakes))
	for i, mistake := range mistakes {
		sentences[i] = mistake.String()
	}
	return sentences
}

// capture reads a file of testdata.
func capture(folder, name string) []byte {
	GinkgoHelper()
	raw, err := os.ReadFile(filepath.Join("testdata", folder, name))
	Expect(err).NotTo(HaveOccurred())
	return raw
}

// broken says of each broken capture which request it answers, if that has to be said, and what is wrong with it.
var broken = map[string]struct {
	request   string
	sentences []string
}{
	"added_twice.sse": {"", []string{
		"line 9, event 5, in item.id: `msg_2_2` was added already",
	}},
	"after_done.sse": {"", []string{
		"line 17, event 9, in item_id: `msg_2_2` is done: a newer state of it is a `thread.item.replaced`",
	}},
	"after_error.sse": {"", []string{
		"line 9, event 5: `thread.item.done` comes after an `error`, which ends a stream",
	}},
	"annotation_index.sse": {"", []string{
		"line 11, event 6, in update: annotation 1 is added to a part with 0 annotations",
	}},
	"annotations.sse": {"", []string{
		"line 13, event 7: item.content[0].annotations are others than those that were streamed",
	}},
	"attachment.json": {"", []string{
		"upload_descriptor is missing: the page does not know where to send the bytes",
	}},
	"attachment.sse": {"", []string{
		"line 1, event 1: item.attachments[0].preview_url is missing",
		"line 1, event 1, in item.attachments[1].preview_url: `/p/b` is no absolute URL",
		"line 1, event 1: item.attachments[2].upload_descriptor.method must be `POST` or `PUT`, not `post`",
		"line 1, event 1: item.attachments[2].upload_descriptor.headers.X-A must be a text, not a number",
		"line 1, event 1, in item.attachments[2]: `metadata` is no field of `file`",
	}},
	"bytes.sse": {"", []string{
		"line 3: there are bytes here that are no UTF-8",
	}},
	"card_in_card.sse": {"", []string{
		"line 3, event 2, in item.widget.children[0]: a `Card` is a root: it never stands inside a component or a `Card`",
	}},
	"comments_only.sse": {"", []string{
		"the stream has no events: a page that waits for an answer shows nothing",
	}},
	"component_as_root.sse": {"", []string{
		"line 3, event 2, in item.widget: `Text` is a component and no root: put it in a `Card`",
	}},
	"components.sse": {"", []string{
		"line 3, event 2, in item.widget.children[0]: `Grid` is no component",
		"line 3, event 2, in item.widget.children[1]: `Table` is no component that both sides know: only @openai/chatkit does, so avoid it",
		"line 3, event 2, in item.widget.children[2]: `Chart` is no component that both sides know: only openai-chatkit does, so avoid it",
		"line 3, event 2: item.widget.children[3].type is missing: it says which component this is",
		"line 3, event 2, in item.widget.children[4]: `text` is no component; did you mean `Text`?",
	}},
	"crlf.sse": {"", []string{
		"line 1: lines end with CR and LF: ChatKit's frames end with LF alone",
	}},
	"dates.sse": {"", []string{
		"line 3, event 2, in item.widget.children[0].min: `tomorrow` is no ISO 8601 date or time",
	}},
	"deleted.json": {"threads.delete", []string{
		"it must be {}",
	}},
	"deltas.sse": {"", []string{
		"line 13, event 7: item.content[0].text is `Hello`, but what was streamed adds up to `Hell`",
	}},
	"done_twice.sse": {"", []string{
		"line 9, event 5, in item.id: `msg_2_2` is done already: a newer state of it is a `thread.item.replaced`",
	}},
	"event.json": {"", []string{
		"this is an event: events come in a stream, each as `data: {json}` and an empty line",
	}},
	"fields.sse": {"", []string{
		"line 1, event 1, in item: `threadId` is no field of `user_message`; did you mean `thread_id`?",
		"line 5, event 3: level must be `info`, `warning` or `danger`, not `error`",
		"line 5, event 3: message is null: what has no value is left out",
		"line 7, event 4: text must be a text, not a number",
		"line 7, event 4, in icon: `plus-circle` is no icon of ChatKit's; did you mean `plus`?",
		"line 9, event 5: data is missing",
		"line 11, event 6: message is missing: an `error` with the code `custom` says it word for word",
	}},
	"framing.sse": {"", []string{
		"line 1: there is no space after `data:`",
		"line 3: there is an empty line too many",
		"line 4: the data of a frame is spread over several lines: ChatKit's is JSON in one",
		"line 7: there is an `id:` line: ChatKit's frames have `data:` alone",
		"line 9: an empty line is missing between this frame and the one before",
		"line 11: a line begins with neither `data: ` nor `:`, but with `hello`",
		"line 12, event 5: the data is no JSON: unexpected EOF",
		"line 14: the stream ends inside this frame: an empty line is missing after it",
	}},
	"half.json": {"", []string{
		"this is no JSON: unexpected EOF",
	}},
	"hidden.sse": {"", []string{
		"line 5, event 3, in item: `hidden_context_item` is for the model only: hidden items are never sent to a client",
		"line 7, event 4, in item: `sdk_hidden_context` is for the model only: hidden items are never sent to a client",
	}},
	"icons.sse": {"", []string{
		"line 3, event 2, in item.widget.children[0].name: `clock` is an icon elsewhere, but not in widgets",
		"line 3, event 2, in item.widget.children[1].name: `lucide:cat` is an icon elsewhere, but not in widgets",
		"line 3, event 2, in item.widget.children[2].name: `vendor:x` is no icon of ChatKit's",
		"line 3, event 2, in item.widget.children[3].name: `check_circle` is no icon of ChatKit's; did you mean `check-circle`?",
		"line 3, event 2, in item.widget.children[4].name: `thumb` is no icon of ChatKit's",
		"line 5, event 3, in icon: `dot` is an icon in widgets only",
	}},
	"ids_change.sse": {"", []string{
		"line 7, event 4: `msg_2_2` was added and is never done: `msg_9` came in its place, but an item keeps its id",
	}},
	"invented_event.sse": {"", []string{
		"line 5, event 3: `thread.message.delta` is no ChatKit event; did you mean `thread.item.updated`?",
	}},
	"items_after.json": {"", []string{
		"after must name the last element, which is `m2`, not `m1`",
	}},
	"items_list.json": {"", []string{
		"data[1].id is `m1`, which is on this page already",
		"after is missing while `has_more` is true: the next page cannot be asked for",
		"data[2].thread_id is `thr_8`, but the others are of `thr_7`",
	}},
	"items_null.json": {"", []string{
		"after is null: what has no value is left out",
	}},
	"items_short.json": {"", []string{
		"data is empty while `has_more` is true: a page never comes up short while more follows",
	}},
	"late_thread.sse": {"", []string{
		"line 3, event 2: `thread.created` comes late: the answer to `threads.create` begins with it",
	}},
	"list.json": {"", []string{
		"an answer is one JSON object, not a list",
	}},
	"list_in_card.sse": {"", []string{
		"line 3, event 2, in item.widget.children[0]: a `ListView` is a root: it never stands inside a component or a `Card`",
	}},
	"metadata.sse": {"", []string{
		"line 1, event 1: thread.metadata must be {}: a thread's metadata is the integration's own and is never sent",
		"line 7, event 4: thread.metadata is missing",
	}},
	"never_done.sse": {"", []string{
		"line 7, event 4: `msg_2_2` was added and is never done",
	}},
	"never_options.sse": {"", []string{
		"`stream_options` never came: the page does not know whether to show Stop",
	}},
	"no_options.sse": {"", []string{
		"line 5, event 3: `thread.item.added` comes before `stream_options`",
	}},
	"no_part.sse": {"", []string{
		"line 9, event 5, in update: there is no part 0 yet: `assistant_message.content_part.added` comes first",
	}},
	"no_thread.sse": {"threads.create", []string{
		"line 1, event 1: `thread.item.done` begins the answer to `threads.create`, which begins with `thread.created`",
	}},
	"not_added.sse": {"", []string{
		"line 7, event 4, in item_id: `msg_2_2` was not added: `thread.item.added` comes before its updates",
	}},
	"nulls.sse": {"", []string{
		"line 1, event 1: item.quoted_text is null: what has no value is left out",
		"line 7, event 4: icon is null: what has no value is left out",
	}},
	"options_first.sse": {"", []string{
		"line 3, event 2: `stream_options` comes before the user's message, which is a `thread.item.done` of its own",
	}},
	"other_thread.sse": {"", []string{
		"line 7, event 4: item.thread_id is `thr_8`, but this stream is about `thr_7`",
		"line 9, event 5: thread.id is `thr_9`, but this stream is about `thr_7`",
	}},
	"other_update.sse": {"", []string{
		"line 9, event 5, in update.type: `workflow.task.added` is for a `workflow`, but `msg_2_2` is `assistant_message`",
	}},
	"part_done.sse": {"", []string{
		"line 15, event 8, in update: the deltas of part 0 add up to `Hello`, but the part that is done says `Hello!`",
	}},
	"parts.sse": {"", []string{
		"line 9, event 5: item.content has 1 part, but 0 were streamed",
	}},
	"problem.json": {"", []string{
		"this is a refusal (problem+json) and no answer of the protocol",
	}},
	"props.sse": {"", []string{
		"line 3, event 2, in item.widget.children[0]: `colour` is no field of `Badge`; did you mean `color`?",
		"line 3, event 2: item.widget.children[1].color must be `secondary`, `success`, `danger`, `warning`, `info` or `discovery`, not `red`",
		"line 3, event 2: item.widget.children[2].value must be a text, not a number",
		"line 3, event 2, in item.widget.children[3]: `onClick` is no field of `Button`; did you mean `onClickAction`?",
		"line 3, event 2: item.widget.children[4].onClickAction.payload must be an object, not a text",
		"line 3, event 2: item.widget.children[4].onClickAction.handler must be `server` or `client`, not `both`",
		"line 3, event 2: item.widget.children[5].gap must be a number or a text, not true or false",
		"line 3, event 2, in item.widget.children[5].padding: `all` is no field of `Spacing`",
		"line 3, event 2, in item.widget: `border` is no field of `Card` that both sides know: only @openai/chatkit does, so avoid it",
	}},
	"question.sse": {"", []string{
		"line 3, event 2: item.status must be `pending`, `answered` or `skipped`, not `open`",
		"line 3, event 2, in item.inputs[0]: `choice` is no question; did you mean `multiple_choice`?",
		"line 3, event 2: item.inputs[1].options[0] must be an object, not a text",
		"line 3, event 2: item.inputs[1].multiple is missing",
	}},
	"removed.sse": {"", []string{
		"line 7, event 4, in item_id: there is no `nope` that could be removed",
		"line 13, event 7, in item_id: `msg_2_2` was removed already",
		"line 15, event 8, in item.id: `msg_2_2` was removed: there is nothing that could be replaced",
		"line 17, event 9, in item.id: there is no `new` that could be replaced",
	}},
	"responses_api.sse": {"", []string{
		"line 1: there is an `event:` line: ChatKit's frames have `data:` alone",
		"line 2, event 1: `response.output_text.delta` is no ChatKit event; did you mean `thread.item.updated`?",
		"line 2, event 1: `response.output_text.delta` begins the stream: that is for `thread.created`, the user's message, `stream_options` or an `error`",
		"line 4, event 2: `[DONE]` is no ChatKit event: nothing marks the end of a stream but its end",
	}},
	"row_outside_list.sse": {"", []string{
		"line 3, event 2, in item.widget.children[0]: a `ListViewItem` stands only in a `ListView`",
	}},
	"strange.json": {"", []string{
		"this is like no answer of the protocol; say which request it answers",
	}},
	"strange_begin.sse": {"", []string{
		"line 1, event 1: `progress_update` begins the stream: that is for `thread.created`, the user's message, `stream_options` or an `error`",
	}},
	"text_in_list.sse": {"", []string{
		"line 3, event 2, in item.widget.children[0]: `Text` stands in a `ListView`: only `ListViewItem` may",
	}},
	"thread_for_retry.sse": {"", []string{
		"line 3, event 2: `stream_options` comes before the user's message, which is a `thread.item.done` of its own",
	}},
	"thread_items.sse": {"", []string{
		"line 1, event 1, in thread.status: `archived` is no status of a thread",
		"line 1, event 1: thread.items.data must be empty in events: items come in events of their own",
	}},
	"threads_get.json": {"", []string{
		"items.data has 21 items: a thread comes with its first 20",
	}},
	"threads_list.json": {"", []string{
		"data[1].title is null: what has no value is left out",
		"data[1].metadata must be {}: a thread's metadata is the integration's own and is never sent",
		"data[0].items.data must be empty in a list of threads",
	}},
	"times.sse": {"", []string{
		"line 1, event 1: item.created_at has no offset: `2026-11-22T10:30:00.123456` is another moment in each time zone",
		"line 5, event 3, in item.created_at: `22.11.2026` is no ISO 8601 time",
		"line 7, event 4: item.created_at must be a text, not a number",
	}},
	"transcription.json": {"input.transcribe", []string{
		"text is missing",
		"`transcript` is no field of `Transcription`",
	}},
	"two_messages.sse": {"", []string{
		"line 5, event 3: there is a second user's message: `stream_options` comes after the first",
	}},
	"type_changes.sse": {"", []string{
		"line 9, event 5: item.type is `widget`, but `msg_2_2` was `assistant_message` before",
	}},
	"typo.sse": {"", []string{
		"line 5, event 3: `thread.item.update` is no ChatKit event; did you mean `thread.item.updated`?",
		"line 7, event 4: `stream_option` is no ChatKit event; did you mean `stream_options`?",
		"line 9, event 5: `ping` is no ChatKit event",
		"line 11, event 6: type is missing: it says which ChatKit event this is",
	}},
	"unknown_item.sse": {"", []string{
		"line 5, event 3, in item: `message` is no item; did you mean `user_message`?",
		"line 7, event 4: item.type is missing: it says which item this is",
		"line 7, event 4, in item.id: `h` is done already: a newer state of it is a `thread.item.replaced`",
	}},
	"unknown_update.sse": {"", []string{
		"line 9, event 5, in update: `assistant_message.text_delta` is no update; did you mean `assistant_message.content_part.text_delta`?",
		"line 11, event 6, in update: `content_part.added` is no update; did you mean `assistant_message.content_part.added`?",
	}},
	"updated_item.json": {"", []string{
		"in updated_item.widget.children[0]: a `ListView` is a root: it never stands inside a component or a `Card`",
	}},
	"widget_done.sse": {"", []string{
		"line 9, event 5: item.widget is another than what the updates add up to: a page that watched shows another widget than one that reloads",
	}},
	"widget_text.sse": {"", []string{
		"line 9, event 5, in update: `b` is a `Badge`, but only a `Text` or `Markdown` grows",
	}},
	"widget_updates.sse": {"", []string{
		"line 9, event 5, in update: the widget has no component with the id `nope`",
	}},
	"workflow.sse": {"", []string{
		"line 9, event 5, in update: there is no task 0 in a workflow of 0 tasks",
	}},
	"workflow_index.sse": {"", []string{
		"line 9, event 5, in update: task 3 is added to a workflow of 0 tasks",
		"line 11, event 6: item.workflow.type must be `custom` or `reasoning`, not `agent`",
		"line 11, event 6: item.workflow.tasks[0].status_indicator must be `none`, `loading` or `complete`, not `busy`",
		"line 11, event 6: item.workflow.summary.duration must be a whole number",
	}},
	"workflow_tasks.sse": {"", []string{
		"line 11, event 6: item.workflow.tasks are others than those that were streamed: a page that watched has other tasks than one that reloads",
	}},
	"wrong_part.sse": {"", []string{
		"line 9, event 5, in update: part 1 is added to a message of 0 parts",
	}},
}

var _ = Describe("A broken capture", func() {
	validator := validate.New()

	for name, wrong := range broken {
		It("is told what is wrong, and where: "+name, func() {
			report, err := validator.Capture(capture("broken", name), validate.StreamOptions{Request: wrong.request})
			Expect(err).NotTo(HaveOccurred())
			Expect(said(report.Mistakes)).To(Equal(wrong.sentences))
		})
	}

	It("is in the table", func() {
		entries, err := os.ReadDir(filepath.Join("testdata", "broken"))
		Expect(err).NotTo(HaveOccurred())
		for _, entry := range entries {
			Expect(broken).To(HaveKey(entry.Name()))
		}
	})
})
