package rules

import "strings"

// intent is one thing that a person may want: how it is said, what is done about it, what is answered.
type intent struct {
	name    string
	phrases []string                    // patterns of a whole message, see expand; the first that fits wins, in the table's order
	loose   []string                    // tried when no phrase of the whole table fits
	tool    string                      // what it calls; none: it only talks
	onTask  bool                        // it is about a task that must be known first; the tool takes its task_id
	args    func(w want) map[string]any // of the tool, but task_id
	ask     string                      // what to ask when <value> is missing
	say     string                      // the answer; {title} and {value} are filled in
	example string                      // how to say it, for whoever asks what can be done
}

// The tools that the table is about.
const (
	addTask, listTasks, findTask         = "add_task", "list_tasks", "find_task_by_name"
	completeTask, updateTask, deleteTask = "complete_task", "update_task", "delete_task"
)

// table is the one table of intents.
func table() []intent {
	return []intent{
		{name: "greet", say: "Hello! I look after your task list. What can I do for you?",
			phrases: []string{`(?:hi|hello|hey|howdy|good (?:morning|afternoon|evening|day))(?: \w+)?`, `how are you.*`}},
		{name: "thank", say: "You're welcome!",
			phrases: []string{`thank(?:s| you)\b.*`, `(?:thx|cheers|great|perfect|awesome|nice|cool|wonderful|ok|okay|good|well done|very good)(?:[ ,!.]+(?:thanks?|great|perfect|it|that['’]s|job|one|work)\b.*)?`}},
		{name: "leave", say: "Bye! Your list will be here when you come back.",
			phrases: []string{`(?:good)?bye(?: .*)?`, `see you.*`, `good night`}},
		{name: "drop it", say: "All right, I leave everything as it is.",
			phrases: []string{`never ?mind`, `nothing`, `cancel(?: that| it)?`, `forget (?:it|that)`, `stop`, `no(?: thanks| thank you)?`, `(?:none|neither)(?: of (?:them|those|these))?`}},
		{name: "about", say: about,
			phrases: []string{`(?:who|what)(?: exactly)? are you.*`, `what(?: else)? can (?:you|i) (?:do|say|ask).*`, `help(?: me)?`, `how do(?:es)? (?:you|this|it) work.*`, `(?:what|which) (?:kind of )?(?:model|llm|ai)\b.*`, `are you (?:an?|the|real|human|chatgpt|gpt|claude)\b.*`, `what do you (?:understand|do|know).*`, `(?:introduce|explain) yourself.*`, `who (?:made|built|wrote) you.*`}},

		{name: "clear description", tool: updateTask, onTask: true, say: "The description of “{title}” is gone.",
			args:    func(want) map[string]any { return map[string]any{"description": ""} },
			phrases: []string{`(?:clear|remove|delete|erase|drop|empty) (?:the |its )?<desc>(?: (?:of|from|for|on) <name>)?`, `(?:clear|remove|delete|erase|empty) <name>['’]s? <desc>`}},
		{name: "describe", tool: updateTask, onTask: true, say: "I've noted that on “{title}”.", ask: "What should the description say?", example: "Describe buy milk as two litres",
			args: func(w want) map[string]any { return map[string]any{"description": w.value} },
			phrases: []string{`describe <name> (?:as|with|like)[:,]? <value>`, `describe <name>: <value>`, `(?:set|change|update|edit|replace) (?:the )?<desc> (?:of|for|on) <name>(?: (?:to(?: be)?|as|with)[:,]?|:) <value>`,
				`(?:set|change|update|edit|replace) <name>['’]s? <desc> (?:to(?: be)?|as|with)[:,]? <value>`, `(?:add|attach|write|put|give) (?:an? |the )?<desc> (?:to|on|for) <name>(?::|,? (?:saying|that says|reading):?) <value>`,
				`(?:add|attach|write|put) (?:an? |the )?<desc>:? <quoted> (?:to|on|for) <name>`, `(?:add|attach) (?:the )?description:? <value> to <name>`, `give <name> (?:the|a) <desc>:? <value>`, `describe <name>`}},
		{name: "rename", tool: updateTask, onTask: true, say: "It's called “{title}” now.", ask: "What should it be called?", example: "Rename buy milk to buy oat milk",
			args: func(w want) map[string]any { return map[string]any{"title": capital(w.value)} },
			phrases: []string{`(?:rename|retitle|reword) <name> (?:to|as|into)[:,]? <value>`, `(?:change|update|set|edit|correct) (?:the )?(?:title|name|wording) (?:of|for) <name> (?:to|as|into)[:,]? <value>`,
				`(?:change|update|set|edit|correct) <name>['’]s? (?:title|name) (?:to|as|into)[:,]? <value>`, `call <name> <quoted>(?: instead)?`, `(?:rename|retitle) <name>`},
			loose: []string{`(?:change|edit|turn|update|correct) <name> (?:to|into)[:,]? <value>`, `<name> should be (?:called|named) <value>`, `(?:edit|change|update|correct) <name>`}},
		{name: "reopen", tool: completeTask, onTask: true, say: "“{title}” is open again.", example: "Reopen buy milk",
			args: func(want) map[string]any { return map[string]any{"completed": false} },
			phrases: []string{`(?:re-?open|uncheck|untick|unmark|uncomplete|reactivate|resume)(?: <name>)?`, `open <name> again`, `(?:put|bring) <name> back(?: (?:on|in|to) .*)?`,
				`(?:mark|set|flag|change|move) <name> (?:back )?(?:as |to |to be )?(?:<open>|not (?:yet )?<done>|to-?do|to do)(?: again)?`, `i (?:haven['’]t|have not|didn['’]t|did not) (?:actually |really )?(?:done?|finish(?:ed)?|completed?) <name>(?: yet)?`},
			loose: []string{`<name> (?:is|are)(?:n['’]t| not| still not)(?: yet| really)? <done>(?: yet)?`, `<name>(?: is| are|['’]s) (?:still |actually )*(?:<open>|not (?:yet )?<done>)(?: again| yet)?`}},
		{name: "complete", tool: completeTask, onTask: true, say: "“{title}” is done. Nice work!", example: "Mark buy milk as done",
			args: func(want) map[string]any { return map[string]any{"completed": true} },
			phrases: []string{`mark as <done>:? <name>`, `(?:mark|set|flag|change|move)(?: <name>)? (?:as |to |to be )?<done>`, `(?:mark|check|tick|cross|strike) <name> off(?: (?:of )?(?:my|the) .*)?`, `(?:mark|check|tick|cross|strike) off <name>`,
				`(?:complete|finish|close|tick) <name>`, `(?:i['’]?m |i am )?(?:now |all )?(?:done|finished) with <name>`, `i(?:['’]ve| have)? (?:just |already |now )?(?:done|did|finished|completed) <name>`, `(?:(?:i['’]m|i am|all) )?(?:done|finished|completed)`},
			loose: []string{`<name>(?: is| are| was| has been|['’]s)(?: now| already| all| finally)* <done>(?: now| already)?`}},

		{name: "add several", tool: addTask, say: "They are all on your list.",
			args: func(w want) map[string]any { return map[string]any{"title": capital(w.value)} },
			phrases: []string{`<make> (?:(?:the|these|two|three|four|some|following|new|more) )*(?:tasks|to-?dos|items|reminders)(?: to|:| called)+ (?P<values>.+)`,
				`<make> (?:tasks |to-?dos )?(?P<values>["“][^"”]+["”](?:(?:,| and|, and) ["“][^"”]+["”])+)(?: (?:to|on) .*)?`}},
		{name: "add", tool: addTask, say: "I've added “{title}” to your list.", ask: "What should the task be called?", example: "Add a task to buy milk",
			args: newTask,
			phrases: []string{`<make> (?:(?:an?|another|one|more|the|my) )*(?:new )?<task>(?: (?:to|on|in) my (?:<tasks>))?(?: (?:to|for|called|named|titled|about))?[:,]?`,
				`<make> (?:me )?(?:(?:an?|another|one|more|the|my) )*(?:new |quick )?<task>(?: (?:to|on|in) my (?:<tasks>))?[:,]?(?: (?:to|for|called|named|titled|saying|that says|about|with the (?:title|name))[:,]?)? <title>`,
				`(?:add|put|write) (?:to|on) (?:my|the|our) (?:<tasks>)[:,]? <title>`, `(?:add|put|write) <title> (?:to|on|onto|in|into|down on) (?:my|the|our) (?:<tasks>)`, `remind me (?:to|about|of|that) <title>`, `(?:do not|don['’]t)(?: let me)? forget(?: to|:)? <title>`,
				`(?:remember|note to self|make sure i|make sure to)(?: to|:)? <title>`, `(?:new |next )?<task>\s*[:–—-]\s*<title>`},
			loose: []string{`(?:add|create|put|write down|note(?: down)?|jot down|to-?do) <title>`, `i (?:really |also |still )?(?:need to|have to|['’]ve got to|got to|must|ought to|should) <title>`, `i['’]ve got to <title>`}},
		{name: "delete", tool: deleteTask, onTask: true, say: "“{title}” is off your list.", example: "Delete the task buy milk",
			args: func(want) map[string]any { return map[string]any{} },
			phrases: []string{`(?:delete|remove|erase|clear|empty|wipe|drop|discard|trash|scrap|bin|get rid of|throw (?:away|out)|cancel|forget(?: about)?) <name>(?: (?:from|off) (?:of )?(?:my|the|our) (?:<tasks>))?`, `take <name> off(?: (?:of )?(?:my|the|our) .*)?`,
				`(?:delete|remove)`}},

		{name: "list", tool: listTasks, example: "Show my tasks",
			args: func(w want) map[string]any { return map[string]any{"status": w.value} },
			phrases: []string{`<show>(?: (?:all|of|my|the|our|only|just|to|any|<done>|<open>|current|whole|full|entire|still))* (?:<tasks>)(?: .*)?`, `(?:show|list|see|display)(?: me)?(?: (?:it )?(?:all|everything|them)(?: of (?:them|it))?)?`, `(?:show|tell)(?: me)? what\b.*`,
				`<show>(?: (?:all|my|the|only|just|still))* (?:<done>|<open>)(?: ones?| things)?`, `(?:(?:all|my|the|only|just|what about) )*(?:(?:<done>|<open>) )?(?:<tasks>)`, `(?:(?:all|only|just|what about|the|my) )+(?:<done>|<open>)(?: ones)?`,
				`(?:what|which|how many|do i have|have i got|any|are there)\b.*\b(?:tasks|to-?dos|items|reminders|(?:my|the|task|to-?do) list)\b.*`, `what(?:['’]s| is| are)? (?:still |there |all )*(?:left|next|to do|on|in|<done>|<open>)(?: .*)?`,
				`what (?:else )?(?:do|should|must|did|have|shall) (?:i|we)(?: .*)?`, `(?:is there |do i have |is )?anything (?:else |still )?(?:left|to do|on|<open>).*`}},
		{name: "find", tool: findTask, say: "“{title}” is {state}.", example: "Find milk",
			args: func(w want) map[string]any { return map[string]any{"name": w.value} },
			phrases: []string{`(?:search|look through) (?:my |the )?(?:<tasks>) for <name>`, `(?:find|look for|look up|search(?: for)?|where(?:['’]s| is)|locate)(?: me)?(?: all| any)? <name>`, `(?:is there|do i have|have i got|did i add) (?:an? |any |the |my )?<task> (?:(?:called|named|titled|about|for|to) )?<name>`,
				`(?:show|give|get|tell|open)(?: me)? (?:the |my |that |this )?<task> <name>`, `(?:show|tell|give)(?: me)?(?: more| the)?(?: details?| information)? (?:of|about|on|for) <name>`, `(?:what|how) about <name>`,
				`(?:is|are|was) <name> (?:already |still |now )*(?:<done>|<open>)(?: yet| already)?`, `(?:have|did) i (?:already )?(?:done?|finish(?:ed)?|completed?) <name>(?: yet| already)?`},
			loose: []string{`(?:show|see|view|display|open|get)(?: me)? <name>`}},
	}
}

// expand turns a phrase of the table into a pattern: <words> in angle brackets stand for what is below, a space for any
// white space. The whole message must fit, in any case.
func expand(phrase string) string {
	return `(?is)^` + strings.NewReplacer(
		`<name>`, `(?P<name>["“«][^"”»]+["”»]|.+?)`, // what is quoted belongs together
		`<value>`, `(?P<value>.+?)`,
		`<quoted>`, `(?P<value>["“].+["”])`,
		`<title>`, `(?P<value>.+?)(?:(?: with (?:the |an? )?(?:description|note)(?: of)?:?|[,;.] description:?) (?P<note>.+?))?`,
		`<desc>`, `(?:description|notes?|details?|comment)`,
		`<done>`, `(?:done|completed?|finished|closed|ticked off|checked off)`,
		`<open>`, `(?:open|pending|incomplete|unfinished|uncompleted|outstanding|remaining|active|undone)`,
		`<task>`, `(?:task|to-?do(?: item)?|item|reminder)`,
		`<tasks>`, `(?:tasks|to-?dos|items|reminders|(?:(?:task|to-?do) )?list)`,
		`<show>`, `(?:show|list|display|see|view|get|give|tell|read|check|print|open)(?: (?:me|us))?`,
		`<make>`, `(?:add|create|make|insert|new|set(?: up)?|put|write(?: down)?|note(?: down)?|i need|i want|enter|save)`,
		` `, `\s+`,
	).Replace(phrase) + `$`
}
