package settings_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/settings"
)

func TestSettings(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Settings")
}

type config struct {
	Addr string        `env:"ADDR" envDefault:":8000"`
	Name string        `env:"NAME,required,notEmpty"`
	Size int           `env:"SIZE" envDefault:"3"`
	Time time.Duration `env:"TIME"`
}

var _ = Describe("Read", func() {
	It("takes what is set and the defaults, and values with an equals sign whole", func() {
		c, err := settings.Read[config]([]string{"NAME=a=b", "TIME=2s", "nonsense"})
		Expect(err).NotTo(HaveOccurred())
		Expect(c).To(Equal(config{Addr: ":8000", Name: "a=b", Size: 3, Time: 2 * time.Second}))
	})

	It("names every fault at once, by the setting's own name", func() {
		_, err := settings.Read[secrets]([]string{"PART_SIZE=many"})
		Expect(err).To(MatchError(ContainSubstring("PART_SIZE cannot be read")))
		c, err := settings.Read[config]([]string{"SIZE=many", "TIME=soon", "ADDR=:1"})
		Expect(err).To(MatchError(And(ContainSubstring("NAME"), ContainSubstring("SIZE cannot be read"), ContainSubstring("TIME cannot be read"))))
		Expect(c.Addr).To(Equal(":1"), "what could be read is there")
	})
})

type secrets struct {
	Part  part
	Plain string `env:"PLAIN"`
}

type part struct {
	Key  string `env:"KEY" secret:"file"`
	Size int    `env:"PART_SIZE"`
}

var _ = Describe("A secret", func() {
	file := func(content string) string {
		path := filepath.Join(GinkgoT().TempDir(), "secret")
		Expect(os.WriteFile(path, []byte(content), 0o600)).To(Succeed())
		return path
	}

	DescribeTable("may stand in a file", func(content, want string) {
		Expect(settings.Read[secrets]([]string{"KEY_FILE=" + file(content)})).To(Equal(secrets{Part: part{Key: want}}))
	}, Entry(nil, "hunter2", "hunter2"), Entry(nil, "hunter2\n", "hunter2"), Entry(nil, " with spaces \r\n", " with spaces "))

	It("may not stand in two places, in an empty file or in none, and is in no error", func() {
		for _, environ := range [][]string{
			{"KEY=hunter2", "KEY_FILE=" + file("hunter2")}, {"KEY_FILE=" + file("\nhunter2")}, {"KEY_FILE=/nowhere"},
		} {
			_, err := settings.Read[secrets](environ)
			Expect(err).To(MatchError(ContainSubstring("KEY_FILE")))
			Expect(err.Error()).NotTo(ContainSubstring("hunter2"))
		}
	})

	It("is a file only where that is meant", func() {
		Expect(settings.Read[secrets]([]string{"PLAIN_FILE=/nowhere"})).To(Equal(secrets{}))
	})
})

var _ = Describe("A fault", func() {
	It("is nil for what is right or not set", func() {
		Expect(settings.Faults(
			settings.Addr("A", ""), settings.Addr("A", ":80"), settings.URL("U", ""), settings.URL("U", "https://x"), settings.Positive("P", 1),
		)).To(Succeed())
	})

	It("names the setting, and never an address", func() {
		err := settings.Faults(settings.Addr("A", "nowhere"), settings.URL("U", "postgres://u:secret@h"), settings.Positive("P", 0*time.Second))
		Expect(err).To(MatchError(And(ContainSubstring("A is not host:port"), ContainSubstring("U is not an http"), ContainSubstring("P must be more"))))
		Expect(err.Error()).NotTo(ContainSubstring("secret"))
	})
})
