package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/deploy/eval/cases"
	"taskpilot/deploy/eval/grade"
)

// person is somebody who talks to the chat service by its API. Their tasks are prepared and looked at by actions in a
// conversation beside the one in which they talk, so that the agent hears nothing of it.
type person struct {
	client       *api.Client
	who          api.Caller
	clock        func() time.Time
	beside       int64
	conversation *int64 // set by the first thing said
}

func (p *person) act(ctx context.Context, tool string, parameters any) (json.RawMessage, error) {
	encoded, err := json.Marshal(parameters)
	if err != nil {
		return nil, fmt.Errorf("encoding the parameters of %s: %w", tool, err)
	}
	done, err := p.client.Act(ctx, p.who, p.beside, api.ActionRequest{Tool: tool, Parameters: encoded}, "")
	if err != nil {
		return nil, fmt.Errorf("calling %s: %w", tool, err)
	}
	if record := done.Action.Record; record.Status != api.CallExecuted {
		return nil, fmt.Errorf("%s did not work: %s", tool, record.Error)
	}
	return done.Action.Record.Result, nil
}

// Add adds a task.
func (p *person) Add(ctx context.Context, task cases.Task) error {
	parameters := map[string]any{"title": task.Title}
	if task.Description != "" {
		parameters["description"] = task.Description
	}
	result, err := p.act(ctx, "add_task", parameters)
	if err != nil || !task.Completed {
		return err
	}
	var added struct {
		ID int64 `json:"task_id"`
	}
	if err := json.Unmarshal(result, &added); err != nil {
		return fmt.Errorf("reading the new task: %w", err)
	}
	_, err = p.act(ctx, "complete_task", map[string]any{"task_id": added.ID, "completed": true})
	return err
}

// Tasks reads all of the person's tasks.
func (p *person) Tasks(ctx context.Context) (map[int64]cases.Task, error) {
	result, err := p.act(ctx, "list_tasks", map[string]any{"status": "all"})
	if err != nil {
		return nil, err
	}
	var listed struct {
		Tasks []struct {
			ID          int64  `json:"task_id"`
			Title       string `json:"title"`
			Description string `json:"description"`
			Completed   bool   `json:"completed"`
		} `json:"tasks"`
	}
	if err := json.Unmarshal(result, &listed); err != nil {
		return nil, fmt.Errorf("reading the tasks: %w", err)
	}
	tasks := map[int64]cases.Task{}
	for _, task := range listed.Tasks {
		tasks[task.ID] = cases.Task{Title: task.Title, Description: task.Description, Completed: task.Completed}
	}
	return tasks, nil
}

// Say says something and waits for the whole answer.
func (p *person) Say(ctx context.Context, text string) (grade.Answer, error) {
	began := p.clock()
	response, err := p.client.Chat(ctx, p.who, api.ChatRequest{Content: text, ConversationID: p.conversation})
	took := p.clock().Sub(began)
	if err != nil {
		return grade.Answer{}, err
	}
	if response.Status != api.StatusSuccess {
		return grade.Answer{}, errors.New("the turn failed: " + response.Response)
	}
	p.conversation = &response.ConversationID
	answer := grade.Answer{Text: response.Response, Took: took}
	for _, record := range response.ToolCalls {
		answer.Calls = append(answer.Calls, grade.CallOf(record.Tool, record.Parameters))
	}
	return answer, nil
}
