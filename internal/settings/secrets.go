package settings

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
)

// readSecrets puts into the environment what the files hold that it names.
func readSecrets(environment map[string]string, settings reflect.Type) error {
	var faults []error
	for field := range fields(settings) {
		name := nameOf(field)
		path := environment[name+"_FILE"]
		if field.Tag.Get("secret") != "file" || path == "" {
			continue
		}
		if environment[name] != "" {
			faults = append(faults, fmt.Errorf("%s and %s_FILE are both set: set one of them", name, name))
			continue
		}
		value, err := readSecret(path)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s_FILE: %w", name, err))
			continue
		}
		environment[name] = value
	}
	return errors.Join(faults...)
}

// readSecret gives a file's first line. Its errors say nothing of what stands in it.
func readSecret(path string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", errors.New("the file is empty")
	}
	return line, nil
}
