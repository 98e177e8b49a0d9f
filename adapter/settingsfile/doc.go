// Package settingsfile reads files of settings, in YAML or JSON, that have a published JSON schema, and names every fault at
// once.
package settingsfile
