// Package detect finds out what kind of chat service stands behind an address: chatcore, or one that has the three lines and
// need have nothing more. A service that does not answer yet is asked again, and nothing is decided before it has answered.
package detect
