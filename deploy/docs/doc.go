// Package docs holds the pages of the documentation. Those that are made from the code are made by
//
//	go generate ./deploy/docs
//
// and a spec in generate holds them to it.
package docs

//go:generate go run ./generate
