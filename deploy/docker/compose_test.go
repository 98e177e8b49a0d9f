package docker_test

import (
	"os"
	"slices"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const root = "../.."

var _ = Describe("docker-compose.yml", func() {
	var project *types.Project

	load := func(ctx SpecContext, environment types.Mapping) (*types.Project, error) {
		return loader.LoadWithContext(ctx, types.ConfigDetails{
			WorkingDir:  root,
			ConfigFiles: []types.ConfigFile{{Filename: root + "/docker-compose.yml"}},
			Environment: environment,
		})
	}

	BeforeEach(func(ctx SpecContext) {
		var err error
		project, err = load(ctx, types.Mapping{
			"AUTH_JWKS_URL": "https://issuer.example/jwks", "AUTH_ISSUER": "https://issuer.example", "AUTH_AUDIENCE": "taskpilot",
		})
		Expect(err).NotTo(HaveOccurred())
	})

	waits := func(service string) map[string]string {
		conditions := map[string]string{}
		for name, dependency := range project.Services[service].DependsOn {
			conditions[name] = dependency.Condition
		}
		return conditions
	}

	It("has Postgres, the set-up and the three services", func() {
		Expect(project.ServiceNames()).To(ConsistOf("postgres", "setup", "toolserver", "chatcore", "adapter"))
	})

	It("publishes only the adapter", func() {
		for name, service := range project.Services {
			if name == "adapter" {
				Expect(service.Ports).To(HaveLen(1))
			} else {
				Expect(service.Ports).To(BeEmpty(), name)
			}
		}
	})

	It("starts each when what it needs is there", func() {
		Expect(waits("setup")).To(Equal(map[string]string{"postgres": types.ServiceConditionHealthy}))
		Expect(waits("toolserver")).To(Equal(map[string]string{"setup": types.ServiceConditionCompletedSuccessfully}))
		Expect(waits("chatcore")).To(Equal(map[string]string{
			"setup": types.ServiceConditionCompletedSuccessfully, "toolserver": types.ServiceConditionHealthy,
		}))
		Expect(waits("adapter")).To(Equal(map[string]string{
			"setup": types.ServiceConditionCompletedSuccessfully, "chatcore": types.ServiceConditionHealthy,
		}))
	})

	It("asks each service's own binary for its health", func() {
		for _, name := range []string{"adapter", "chatcore", "toolserver"} {
			Expect(project.Services[name].HealthCheck.Test).To(HaveExactElements("CMD", "/"+name, "health"))
		}
	})

	It("shows passwords to Postgres and the set-up only, and as files", func() {
		for name, service := range project.Services {
			if name != "postgres" && name != "setup" {
				Expect(service.Secrets).To(BeEmpty(), name)
			}
			for variable := range service.Environment {
				Expect(variable).NotTo(HaveSuffix("PASSWORD"), name)
			}
		}
		Expect(project.Secrets).To(HaveLen(3))
	})

	It("keeps the database where only those who need it can reach it", func() {
		Expect(project.Networks["data"].Internal).To(BeTrue())
		Expect(project.Services["adapter"].Networks).NotTo(HaveKey("data"))
		Expect(project.Services["postgres"].Networks).To(HaveLen(1))
	})

	It("builds every image from a stage that is there", func() {
		recipe, err := os.ReadFile("Dockerfile")
		Expect(err).NotTo(HaveOccurred())
		built := 0
		for _, service := range project.Services {
			if service.Build != nil {
				built++
				Expect(string(recipe)).To(ContainSubstring(" AS " + service.Build.Target + "\n"))
			}
		}
		Expect(built).To(Equal(4))
	})

	It("mounts each service's own files, for reading", func() {
		for _, name := range []string{"adapter", "chatcore", "toolserver"} {
			volumes := project.Services[name].Volumes
			Expect(volumes[0].Source).To(Equal(name + "-files"))
			Expect(volumes[0].ReadOnly).To(BeTrue())
			Expect(slices.Contains(project.VolumeNames(), name+"-files")).To(BeTrue())
		}
	})

	It("keeps what people attach in a volume that only chatcore has", func() {
		recipe, err := os.ReadFile("Dockerfile")
		Expect(err).NotTo(HaveOccurred())
		Expect(string(recipe)).To(ContainSubstring("--chown=65532:65532 /out/attachments /attachments"))
		Expect(*project.Services["chatcore"].Environment["ATTACHMENTS_URL"]).To(Equal("file:///attachments"))
		for name, service := range project.Services {
			mounted := slices.ContainsFunc(service.Volumes, func(v types.ServiceVolumeConfig) bool {
				return v.Source == "attachments" && v.Target == "/attachments" && !v.ReadOnly
			})
			Expect(mounted).To(Equal(name == "chatcore"), name)
		}
	})

	It("says what is missing when nobody said whose users these are", func(ctx SpecContext) {
		_, err := load(ctx, types.Mapping{})
		Expect(err).To(MatchError(ContainSubstring("AUTH_")))
	})
})
