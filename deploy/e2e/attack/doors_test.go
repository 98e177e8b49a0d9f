package attack_test

import (
	"encoding/json"
	"net/url"
	"strings"
)

// knock is one request: where, what, and with which of the attacker's tokens.
type knock struct {
	to     string // adapter, chatcore or tools
	method string
	path   string // of chatcore: behind the user
	body   string
	header map[string]string
}

// door is a kind of request that takes ids.
type door struct {
	name  string
	takes []string // kinds of ids
	knock func(ids []string) knock
	rare  bool // it may begin a turn, which takes long
}

type object = map[string]any

func text(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// protocol is a request of ChatKit's.
func protocol(kind string, takes []string, params func(ids []string) object) door {
	return door{name: kind, takes: takes, knock: func(ids []string) knock {
		return knock{to: "adapter", method: "POST", path: "/api/v1/chatkit", body: text(object{"type": kind, "params": params(ids)})}
	}}
}

// chat is a request of the chat API, with {0}, {1} in its path and body for the ids.
func chat(method, path, body string, takes ...string) door {
	return door{name: method + " " + path, takes: takes, knock: func(ids []string) knock {
		return knock{to: "chatcore", method: method, path: fill(path, ids, url.PathEscape), body: fill(body, ids, func(s string) string { return s })}
	}}
}

// tool is a call of an MCP tool.
func tool(name, arguments string) door {
	return door{name: "tool " + name, takes: []string{aTask}, knock: func(ids []string) knock {
		call := object{"name": name, "arguments": json.RawMessage(fill(arguments, ids, func(s string) string { return s }))}
		return knock{to: "tools", method: "POST", body: text(object{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})}
	}}
}

func fill(pattern string, ids []string, write func(string) string) string {
	for i, id := range ids {
		pattern = strings.ReplaceAll(pattern, "{"+string(rune('0'+i))+"}", write(id))
	}
	return pattern
}

func message(words string, attachments ...string) object {
	return object{"content": []object{{"type": "input_text", "text": words}}, "attachments": append([]string{}, attachments...), "inference_options": object{}}
}

func rarely(d door) door {
	d.rare = true
	return d
}

// doors are all ways in that take an id.
func doors() []door {
	thread := func(id string) string { return "thr_" + id }
	conversation, both := []string{aConversation}, []string{aConversation, anItem}
	clicked := func(ids []string) object {
		return object{"thread_id": thread(ids[0]), "item_id": ids[1], "action": object{"type": "task.delete", "payload": json.RawMessage(`{"task_id":` + ids[2] + `}`)}}
	}
	withTask := []string{aConversation, anItem, aTask}
	return []door{
		protocol("threads.get_by_id", conversation, func(ids []string) object { return object{"thread_id": thread(ids[0])} }),
		protocol("threads.list", conversation, func(ids []string) object { return object{"after": thread(ids[0])} }),
		protocol("threads.update", conversation, func(ids []string) object { return object{"thread_id": thread(ids[0]), "title": "mine now"} }),
		protocol("threads.delete", conversation, func(ids []string) object { return object{"thread_id": thread(ids[0])} }),
		protocol("items.list", both, func(ids []string) object { return object{"thread_id": thread(ids[0]), "after": ids[1], "order": "asc"} }),
		protocol("items.feedback", append(both, anItem), func(ids []string) object {
			return object{"thread_id": thread(ids[0]), "item_ids": ids[1:], "kind": "negative"}
		}),
		rarely(protocol("threads.add_user_message", conversation, func(ids []string) object {
			return object{"thread_id": thread(ids[0]), "input": message("show all tasks")}
		})),
		protocol("threads.create", []string{anAttachment, anAttachment}, func(ids []string) object {
			return object{"input": message("what is in it?", "atc_"+ids[0], "atc_"+ids[1])}
		}),
		rarely(protocol("threads.retry_after_item", both, func(ids []string) object { return object{"thread_id": thread(ids[0]), "item_id": ids[1]} })),
		protocol("threads.custom_action", withTask, clicked),
		protocol("threads.sync_custom_action", withTask, clicked),
		protocol("threads.add_structured_input", both, func(ids []string) object {
			return object{"thread_id": thread(ids[0]), "item_id": ids[1], "input": object{"status": "skipped", "answers": object{}}}
		}),
		protocol("threads.add_client_tool_output", conversation, func(ids []string) object { return object{"thread_id": thread(ids[0]), "result": "mine"} }),
		protocol("attachments.delete", []string{anAttachment}, func(ids []string) object { return object{"attachment_id": "atc_" + ids[0]} }),
		{name: "follow", takes: []string{aConversation, anEvent}, knock: func(ids []string) knock {
			return knock{to: "adapter", method: "GET", path: "/api/v1/chatkit/threads/" + thread(ids[0]) + "/events"}
		}},
		{name: "stop", takes: conversation, knock: func(ids []string) knock {
			return knock{to: "adapter", method: "POST", path: "/api/v1/chatkit/threads/" + thread(ids[0]) + "/cancel"}
		}},
		rarely(chat("POST", "/chat", `{"content":"show all tasks","conversation_id":{0}}`, aConversation)),
		rarely(chat("POST", "/chat", `{"retry_of":{0}}`, aQuestion)),
		chat("POST", "/chat", `{"retry_of":{0}}`, aRun),
		chat("POST", "/chat", `{"content":"what is in it?","attachments":[{0}]}`, anAttachment),
		chat("GET", "/conversations?limit=5&after={0}", "", aConversation),
		chat("GET", "/conversations/{0}", "", aConversation),
		chat("PATCH", "/conversations/{0}", `{"title":"mine now"}`, aConversation),
		chat("PATCH", "/conversations/{0}", `{"status":"locked","reason":"mine"}`, aConversation),
		chat("DELETE", "/conversations/{0}", "", aConversation),
		chat("GET", "/conversations/{0}/messages", "", aConversation),
		chat("POST", "/conversations/{0}/actions", `{"tool":"delete_task","parameters":{"task_id":{1}}}`, aConversation, aTask),
		chat("POST", "/conversations/{0}/actions", `{"tool":"list_tasks","parameters":{},"record_id":{1}}`, aConversation, aCall),
		chat("POST", "/messages/{0}/feedback", `{"kind":"negative"}`, aRun),
		chat("GET", "/runs/{0}", "", aRun),
		{name: "GET /runs/{0}/events", takes: []string{aRun, anEvent}, knock: func(ids []string) knock {
			return knock{to: "chatcore", method: "GET", path: "/runs/" + ids[0] + "/events", header: map[string]string{"Last-Event-ID": ids[1]}}
		}},
		chat("POST", "/runs/{0}/cancel", "", aRun),
		chat("POST", "/runs/{0}/reader-left", "", aRun),
		chat("POST", "/runs/{0}/input", `{"record_id":{1},"result":"mine"}`, aRun, aCall),
		chat("GET", "/attachments/{0}", "", anAttachment),
		chat("GET", "/attachments/{0}/content", "", anAttachment),
		chat("PUT", "/attachments/{0}/content", "mine", anAttachment),
		chat("DELETE", "/attachments/{0}", "", anAttachment),
		chat("DELETE", "/chatkit-sessions/{0}", "", aSession),
		tool("complete_task", `{"task_id":{0}}`), tool("delete_task", `{"task_id":{0}}`),
		tool("update_task", `{"task_id":{0},"title":"mine now"}`),
	}
}
