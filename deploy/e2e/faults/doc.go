// Package faults runs two replicas of each process, built from this tree, with a proxy that does harm on each hop between
// them, so that specs can kill and cut at will: pages, the adapters, the chatcores, the toolservers, Postgres and the
// model. Everything is on the loopback and ends with the process that started it.
package faults
