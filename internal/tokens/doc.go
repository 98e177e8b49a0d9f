// Package tokens verifies the tokens that say who is calling, and signs the ones that carry that on to the next process.
//
// A Verifier accepts a few kinds of token (Source): each has an issuer, an audience and the keys it must be signed with,
// and a token must fit one of them wholly. Identity comes from here and from nowhere else: never from a body, an argument
// or a model. Keys is a process's own private key set.
//
// What jwx would let through and this package does not: tokens without exp or sub, exp 0, symmetric keys in a key set, any
// algorithm but EdDSA, ES256 and RS256 or other than the key's own, tokens of another typ, and critical headers.
package tokens
