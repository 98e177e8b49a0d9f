package agent

import "slices"

// Tool choices that name no tool. A tool of such a name can't be chosen.
const (
	ChooseAuto     = "auto"     // as the model likes
	ChooseNone     = "none"     // no tool
	ChooseRequired = "required" // any tool, but one
)

// ChoosesTool says that a tool choice names a tool.
func ChoosesTool(choice string) bool {
	return choice != "" && choice != ChooseAuto && choice != ChooseNone && choice != ChooseRequired
}

// Choosable says whether a tool choice can be made among these tools.
func Choosable(choice string, tools []Tool) bool {
	return !ChoosesTool(choice) || slices.ContainsFunc(tools, func(tool Tool) bool { return tool.Name == choice })
}
