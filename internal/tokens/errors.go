package tokens

import "errors"

var (
	// ErrInvalid says that the token is refused (401). The text of the error may be shown to the caller: it has nothing of
	// the token in it.
	ErrInvalid = errors.New("the token is not valid")

	// ErrMissing is the ErrInvalid of a request without a token.
	ErrMissing = &refusal{"there is no bearer token in the request"}

	// ErrKeysUnavailable says that the token could not be judged, for the keys of its issuer could not be fetched (503).
	ErrKeysUnavailable = errors.New("the keys to verify the token cannot be fetched at the moment")
)

// refusal is an ErrInvalid with its reason.
type refusal struct{ reason string }

func (r *refusal) Error() string        { return "the token is not valid: " + r.reason }
func (r *refusal) Is(target error) bool { return target == ErrInvalid }

var (
	errMalformed = &refusal{"it is not a signed token in compact form"}
	errKind      = &refusal{"it was not made for this service"}
	errKey       = &refusal{"it is not signed with a known key"}
	errClaims    = &refusal{"it lacks a claim that is required"}
	errSubject   = &refusal{"its subject or session cannot be used"}
	errExpired   = &refusal{"it has expired"}
	errNotYet    = &refusal{"it is not valid yet"}
)
