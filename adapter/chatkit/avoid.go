package chatkit

// Who else knows a name that is not among the types here.
const (
	onlyClient = "@openai/chatkit"
	onlyServer = "openai-chatkit"
)

// avoid are names of an object or union that only one of the two packages knows: what is sent under them may be shown or
// not.
func avoid(name string) map[string]string {
	switch name {
	case "Card":
		return map[string]string{"border": onlyClient}
	case "Image":
		return map[string]string{"background": onlyServer, "flex": onlyServer}
	case "Select":
		return map[string]string{"searchable": onlyServer}
	case "Option":
		return map[string]string{"disabled": onlyServer, "description": onlyServer}
	case "EntitySource":
		return map[string]string{"preview": onlyServer}
	case "Component", "Element":
		return map[string]string{"Table": onlyClient, "Table.Row": onlyClient, "Table.Cell": onlyClient, "Chart": onlyServer}
	}
	return nil
}
