package chatkit

import "strings"

// The icons that both sides know, in widgets and elsewhere.
const icons = `
agent analytics atom batch bolt book-open book-closed book-clock bug calendar chart check check-circle
check-circle-filled chevron-left chevron-right circle-question compass confetti cube desktop document
dots-horizontal dots-vertical empty-circle external-link globe keys lab images info lifesaver lightbulb mail map-pin
maps mobile name notebook notebook-pencil page-blank phone play plus profile profile-card reload star star-filled
search sparkle sparkle-double square-code square-image square-text suitcase settings-slider user wreath write
write-alt write-alt2`

// Icons that are known elsewhere than in widgets, and in widgets only.
const (
	plainIcon  = "clock"
	widgetIcon = "dot"
)

// LucidePrefix begins the names of more icons, which only work elsewhere than in widgets.
const LucidePrefix = "lucide:"

// Icons are those of progress, workflows and sources.
func Icons() []string { return append(strings.Fields(icons), plainIcon) }

// WidgetIcons are those of widgets.
func WidgetIcons() []string { return append(strings.Fields(icons), widgetIcon) }
