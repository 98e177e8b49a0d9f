package api

import _ "embed"

// Document is the OpenAPI document of the chat API, as GET /openapi.yaml answers it.
//
//go:embed openapi.yaml
var Document []byte
