// Package stack runs the whole system on one machine, as processes: Postgres, the development issuer, a model, and the
// three services. It starts each again when it dies, and ends them all when it ends, however that happens.
//
// Everything it keeps is in one data directory: Postgres's data, key files, binaries, and stack.json, which says where
// everything is.
package stack
