package postgres

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// DerivedPasswords gives the roles passwords that follow from the migrating role's address. Roles belong to a whole
// server: whoever sets up another database of the same server for development comes to the same passwords, and nobody
// locks anybody out.
func DerivedPasswords(adminDSN string) map[string]string {
	passwords := map[string]string{}
	for _, role := range []string{RoleChatcore, RoleToolserver} {
		mac := hmac.New(sha256.New, []byte(secretOf(adminDSN)))
		mac.Write([]byte("taskpilot role " + role))
		passwords[role] = hex.EncodeToString(mac.Sum(nil))[:40]
	}
	return passwords
}
