// Package attack holds the attack suite: two honest users and an attacker with valid tokens of its own, over every
// endpoint of all three processes. The attacker knows every id that there is. After each of its steps nothing of the
// others may have been read, changed or revealed, and what is another's must answer as what is not there does, byte for
// byte but for the request's id.
//
//	go test ./deploy/e2e/attack -attack.steps=100000 -attack.seed=7
package attack
