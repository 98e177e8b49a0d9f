// Package settings reads a process's configuration from its environment, once, and words what is wrong with it: every
// fault at the same time, each by the setting's own name, and no value that could hold a secret.
package settings
