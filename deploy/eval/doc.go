// Command eval grades the agent: go run ./deploy/eval
//
// It says 120 utterances and plays 30 dialogues (cases), each as somebody new, and prints how often the right tools were
// called, with the right arguments, with the right tasks in the end, and in the right context; with 95 % intervals, and how
// long a turn took. The model is the one that the environment names (OPENAI_BASE_URL, OPENAI_API_KEY, AGENT_MODEL). Without
// one the offline model answers, and every figure says that it checks the harness only.
//
// It ends with 0 when all could be played, however good the grades are, and with 1 when not.
package main
