// Package docker holds the images' recipe. Its specs read docker-compose.yml as Compose does.
package docker
