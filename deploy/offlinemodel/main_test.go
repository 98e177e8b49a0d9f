package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	client "github.com/sashabaranov/go-openai"
)

// start runs the process in here and gives its address.
func start(ctx SpecContext, args ...string) (addr string) {
	running, stop := context.WithCancel(context.Background())
	logs, ended := gbytes.NewBuffer(), make(chan error, 1)
	go func() {
		ended <- run(running, append([]string{"--addr", "127.0.0.1:0", "--pace", "0s"}, args...), nil, nil, io.Discard, logs)
	}()
	DeferCleanup(func(ctx SpecContext) {
		stop()
		Eventually(ctx, ended).Should(Receive(BeNil()))
	}, NodeTimeout(10*time.Second))
	Eventually(ctx, logs).Should(gbytes.Say("\n"))
	var line struct{ Msg, Addr string }
	Expect(json.Unmarshal(bytes.SplitN(logs.Contents(), []byte("\n"), 2)[0], &line)).To(Succeed())
	Expect(line.Msg).To(Equal("listening"))
	return line.Addr
}

func ask(ctx context.Context, addr, text string) (string, error) {
	config := client.DefaultConfig("")
	config.BaseURL = "http://" + addr + "/v1"
	answer, err := client.NewClientWithConfig(config).CreateChatCompletion(ctx, client.ChatCompletionRequest{
		Model: "gpt-4-turbo", Messages: []client.ChatCompletionMessage{{Role: "user", Content: text}}})
	if err != nil {
		return "", err
	}
	return answer.Choices[0].Message.Content, nil
}

var _ = Describe("the offline model's process", func() {
	It("answers by rules, and says that it is healthy", func(ctx SpecContext) {
		addr := start(ctx)
		Expect(ask(ctx, addr, "Who are you?")).To(ContainSubstring("no language model"))
		var said bytes.Buffer
		Expect(run(ctx, []string{"health", "--addr", addr}, nil, nil, &said, io.Discard)).To(Succeed())
		Expect(said.String()).To(Equal("ok\n"))
		response, err := http.Get("http://" + addr + "/readyz")
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = response.Body.Close() }()
		Expect(response.StatusCode).To(Equal(http.StatusOK))
	}, SpecTimeout(10*time.Second))

	It("takes no script unless it is told to", func(ctx SpecContext) {
		response, err := http.Post("http://"+start(ctx)+"/script", "application/json", strings.NewReader(`{}`))
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = response.Body.Close() }()
		Expect(response.StatusCode).To(Equal(http.StatusNotFound))
	}, SpecTimeout(10*time.Second))

	It("does what a script says, and goes by the rules after it", func(ctx SpecContext) {
		addr := start(ctx, "--scripted")
		response, err := http.Post("http://"+addr+"/script", "application/json", strings.NewReader(`{"replies":[{"chunks":[{"text":"as told"}]},{"status":500}]}`))
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = response.Body.Close() }()
		Expect(response.StatusCode).To(Equal(http.StatusNoContent))
		Expect(ask(ctx, addr, "hello")).To(Equal("as told"))
		_, err = ask(ctx, addr, "hello")
		Expect(err).To(MatchError(ContainSubstring("500")))
		Expect(ask(ctx, addr, "hello")).To(HavePrefix("Hello!"))
		requests, err := http.Get("http://" + addr + "/requests")
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = requests.Body.Close() }()
		Expect(io.ReadAll(requests.Body)).To(WithTransform(func(b []byte) int { return bytes.Count(b, []byte(`"ended":"whole"`)) }, Equal(3)))
	}, SpecTimeout(10*time.Second))

	It("ends in order while replies wait at a gate", func(ctx SpecContext) {
		addr := start(ctx, "--scripted")
		response, err := http.Post("http://"+addr+"/script", "application/json", strings.NewReader(`{"replies":[{"gate":"never"}]}`))
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = response.Body.Close() }()
		go func() { _, _ = ask(context.Background(), addr, "hello") }()
		Eventually(ctx, func(g Gomega) {
			waiting, err := http.Get("http://" + addr + "/gates/never")
			g.Expect(err).NotTo(HaveOccurred())
			defer func() { _ = waiting.Body.Close() }()
			g.Expect(io.ReadAll(waiting.Body)).To(MatchJSON(`{"waiting":1}`))
		}).Should(Succeed())
	}, SpecTimeout(10*time.Second))

	DescribeTable("refuses what it does not understand",
		func(ctx SpecContext, reason string, args ...string) {
			Expect(run(ctx, args, nil, nil, io.Discard, io.Discard)).To(MatchError(ContainSubstring(reason)))
		},
		Entry("a flag", "flag provided but not defined", "--adr", "x"),
		Entry("a word", `"serve" is not understood`, "serve"),
		Entry("a pace", "negative", "--pace", "-1s"),
		Entry("an address", "listening on", "--addr", "nowhere"),
		Entry("nobody there", "asking for health", "health", "--addr", "127.0.0.1:1"),
	)

	It("reads the environment, and flags before it", func() {
		conf, err := readConfig([]string{"--log-level", "warn"}, []string{"ADDR=:1", "LOG_LEVEL=debug"}, io.Discard)
		Expect(err).NotTo(HaveOccurred())
		Expect(fmt.Sprint(conf.Addr, " ", conf.LogLevel, " ", conf.Pace)).To(Equal(":1 warn 10ms"))
	})
})
