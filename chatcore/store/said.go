package store

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"taskpilot/chatcore/api"
)

// saidRow is what a row of messages has of api.Said. Of an answer it has the model and the tool choice that it is asked
// with.
type saidRow struct {
	Parts      []byte         `db:"parts"`
	QuotedText sql.NullString `db:"quoted_text"`
	Model      sql.NullString `db:"model"`
	ToolChoice sql.NullString `db:"tool_choice"`
}

const saidColumns = `parts, quoted_text, model, tool_choice`

// rowOf is what was said as it is stored.
func rowOf(said api.Said) (saidRow, error) {
	row := saidRow{QuotedText: orNull(said.QuotedText), Model: orNull(said.Model), ToolChoice: orNull(said.ToolChoice)}
	if len(said.Parts) == 0 {
		return row, nil
	}
	var err error
	if row.Parts, err = json.Marshal(said.Parts); err != nil {
		return row, fmt.Errorf("writing a message's parts: %w", err)
	}
	return row, nil
}

func orNull(text string) sql.NullString { return sql.NullString{String: text, Valid: text != ""} }

// partsText is parts as a statement takes them: lib/pq takes bytes for bytea.
func (r saidRow) partsText() sql.NullString { return orNull(string(r.Parts)) }

func (r saidRow) said() (api.Said, error) {
	said := api.Said{QuotedText: r.QuotedText.String, Model: r.Model.String, ToolChoice: r.ToolChoice.String}
	if len(r.Parts) == 0 {
		return said, nil
	}
	if err := json.Unmarshal(r.Parts, &said.Parts); err != nil {
		return said, fmt.Errorf("reading a message's parts: %w", err)
	}
	return said, nil
}

// Asked is what an answer is asked with.
type Asked struct {
	Model, ToolChoice string
	ClientTools       []api.ClientTool
}

// askedWith goes by what the request chooses, then by what was chosen when the question was asked first, then by what is
// usual. A model that was chosen then and is not offered any more is the usual one.
func askedWith(turn NewTurn, question messageRow) Asked {
	asked := Asked{
		Model:       cmp.Or(turn.Said.Model, question.Model.String),
		ToolChoice:  cmp.Or(turn.Said.ToolChoice, question.ToolChoice.String),
		ClientTools: turn.ClientTools,
	}
	if len(turn.Models) > 0 && !slices.Contains(turn.Models, asked.Model) {
		asked.Model = turn.Models[0]
	}
	return asked
}
