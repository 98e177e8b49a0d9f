// Package pagetools are the tools that the person's page answers, by another request: questions to the person, and tools
// that run in the page. It says what the model may ask of them, and judges what comes back. It knows neither the database
// nor HTTP.
package pagetools
