package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/runs"
	"taskpilot/internal/serving"
)

// Tools says which tools are on offer.
type Tools interface {
	List(ctx context.Context, caller agent.Caller) ([]agent.Tool, error)
}

// checkChoices refuses a model or a tool that is not on offer, and a client tool with another tool's name, before anything is
// accepted.
func (s *Server) checkChoices(ctx context.Context, request runs.Request) error {
	if model := request.Said.Model; model != "" && !slices.Contains(s.Config.Models, model) {
		return serving.Problem{
			Status: http.StatusBadRequest, Code: "unknown_model", Field: "model",
			Detail: fmt.Sprintf("The model %q is not on offer here.", model),
		}
	}
	choice := request.Said.ToolChoice
	if !agent.ChoosesTool(choice) && len(request.ClientTools) == 0 {
		return nil
	}
	offered, err := s.Tools.List(ctx, request.Caller)
	offered = append(offered, s.Config.PageTools...)
	for _, tool := range request.ClientTools {
		if slices.ContainsFunc(offered, func(other agent.Tool) bool { return other.Name == tool.Name }) {
			return invalid("client_tools", fmt.Sprintf("client_tools: another tool is called %q.", tool.Name))
		}
		offered = append(offered, agent.Tool{Name: tool.Name})
	}
	if err == nil && agent.ChoosesTool(choice) && !agent.Choosable(choice, offered) { // where nobody knows, the turn itself says that tools are away
		return serving.Problem{
			Status: http.StatusBadRequest, Code: "unknown_tool_choice", Field: "tool_choice",
			Detail: fmt.Sprintf("tool_choice must be auto, none, required or a tool on offer, not %q.", choice),
		}
	}
	return nil
}
