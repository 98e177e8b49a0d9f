// Package browser gives specs a real browser: the system's Chromium, driven by chromedp.
//
// A suite has one Shared. The first spec that asks it for a page starts Chromium, with a fresh profile; each page is a
// context of its own (cookies, storage) and collects what the browser reports of it: console messages, uncaught errors
// and violations of its content security policy. Where there is no Chromium, specs are skipped and the first one says so
// on standard error; with CHROMIUM=required in the environment they fail instead.
package browser
