package cases

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"go.yaml.in/yaml/v3"
)

// Case is one person with a list of tasks and something to say.
type Case struct {
	Kind  string   `yaml:"kind"` // what it tries, such as "add" or "typo"
	Have  []string `yaml:"have"` // the tasks at the start, the oldest first
	Turns []Turn   `yaml:"turns"`

	Turn `yaml:",inline"` // in place of Turns, where there is one
}

// Turn is something said, and what is right then.
type Turn struct {
	Say    string   `yaml:"say"`
	Calls  []Call   `yaml:"calls"`  // the right ones, in any order; none: nothing may be done
	May    []string `yaml:"may"`    // tools that may be called too
	Tasks  []string `yaml:"tasks"`  // afterwards, in any order; left out: the same as before
	Empty  bool     `yaml:"empty"`  // in place of Tasks: none are left
	Asks   bool     `yaml:"asks"`   // the agent has to ask back
	Refers bool     `yaml:"refers"` // what is meant stands in an earlier turn
}

// Call is a call that is right. An argument that is left out is not looked at.
type Call struct {
	Tool      string            `yaml:"tool"`
	Task      string            `yaml:"task"` // the title, before the turn, of the task that task_id has to name
	Arguments map[string]string `yaml:"with"` // by name; "" is an argument that has to be empty
}

//go:embed utterances.yaml dialogues.yaml
var files embed.FS

// Utterances are cases of one turn, Dialogues those of several.
func Utterances() ([]Case, error) { return read("utterances.yaml") }

// Dialogues are cases of several turns.
func Dialogues() ([]Case, error) { return read("dialogues.yaml") }

func read(name string) ([]Case, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("reading the cases: %w", err)
	}
	found, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return found, nil
}

// Parse reads cases, and names everything that is wrong with them.
func Parse(text []byte) ([]Case, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	var found []Case
	if err := decoder.Decode(&found); err != nil {
		return nil, fmt.Errorf("this is no list of cases: %w", err)
	}
	var wrong []error
	for i := range found {
		if err := found[i].settle(); err != nil {
			wrong = append(wrong, fmt.Errorf("case %d (%q): %w", i+1, found[i].first(), err))
		}
	}
	return found, errors.Join(wrong...)
}

func (c *Case) first() string {
	if len(c.Turns) == 0 {
		return ""
	}
	return c.Turns[0].Say
}

// settle makes a case of one turn like the others, and looks for what can't be graded.
func (c *Case) settle() error {
	single := c.Say != ""
	if single && len(c.Turns) > 0 {
		return errors.New("it has both say and turns")
	}
	if single {
		c.Turns, c.Turn = []Turn{c.Turn}, Turn{}
	}
	var wrong []error
	if c.Kind == "" {
		wrong = append(wrong, errors.New("kind is missing"))
	}
	if len(c.Turns) == 0 {
		wrong = append(wrong, errors.New("nothing is said"))
	}
	for _, task := range c.Have {
		if len(AnyTask(task)) != 1 {
			wrong = append(wrong, fmt.Errorf("who has %q at the start? It has to be one task", task))
		}
	}
	for _, turn := range c.Turns {
		wrong = append(wrong, turn.check())
	}
	return errors.Join(wrong...)
}

func (t Turn) check() error {
	switch {
	case t.Say == "":
		return errors.New("a turn says nothing")
	case t.Empty && len(t.Tasks) > 0:
		return fmt.Errorf("%q: it has both empty and tasks", t.Say)
	case t.Asks && len(t.Calls) > 0:
		return fmt.Errorf("%q: who asks back does nothing yet", t.Say)
	}
	for _, call := range t.Calls {
		if call.Tool == "" {
			return fmt.Errorf("%q: a call has no tool", t.Say)
		}
	}
	return nil
}
