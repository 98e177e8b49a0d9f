package settings

import (
	"errors"
	"fmt"
	"iter"
	"net"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Read fills a struct from an environment, as os.Environ gives it, by the struct's env tags. What could be read is there
// also when the error says what could not.
//
// A field with the tag secret:"file" may be given as a file too, as containers have it: NAME_FILE in place of NAME, whose
// first line is the value.
func Read[T any](environ []string) (T, error) {
	var into T
	environment := env.ToMap(environ)
	secrets := readSecrets(environment, reflect.TypeFor[T]())
	err := env.ParseWithOptions(&into, env.Options{Environment: environment})
	return into, errors.Join(secrets, named(err, reflect.TypeFor[T]()))
}

// named calls each setting that could not be read as whoever set it knows it; the library says the struct's field.
func named(err error, settings reflect.Type) error {
	var several env.AggregateError
	if !errors.As(err, &several) {
		return err
	}
	all := make([]error, len(several.Errors))
	for i, one := range several.Errors {
		all[i] = one
		var fault env.ParseError
		if !errors.As(one, &fault) {
			continue
		}
		for field := range fields(settings) {
			if field.Name == fault.Name {
				all[i] = fmt.Errorf("%s cannot be read: %w", nameOf(field), fault.Err)
			}
		}
	}
	return errors.Join(all...)
}

// fields are all settings of a configuration, those of its parts too.
func fields(settings reflect.Type) iter.Seq[reflect.StructField] {
	return func(yield func(reflect.StructField) bool) {
		for field := range settings.Fields() {
			switch {
			case nameOf(field) != "":
				if !yield(field) {
					return
				}
			case field.Type.Kind() == reflect.Struct:
				for inner := range fields(field.Type) {
					if !yield(inner) {
						return
					}
				}
			}
		}
	}
}

// nameOf is a setting's name in the environment.
func nameOf(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("env"), ",")
	return name
}

// Faults is the error of a configuration with these faults, or nil when there are none.
func Faults(all ...error) error {
	if err := errors.Join(all...); err != nil {
		return fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	return nil
}

// Addr is the fault of a setting that is to be host:port, if it is set.
func Addr(name, value string) error {
	if value == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(value); err != nil {
		return fmt.Errorf("%s is not host:port: %q", name, value)
	}
	return nil
}

// URL is the fault of a setting that is to be an http or https address, if it is set. It keeps the value out of its words:
// an address may carry a password.
func URL(name, value string) error {
	if value == "" {
		return nil
	}
	parsed, err := url.Parse(value)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return fmt.Errorf("%s is not an http or https address", name)
	}
	return nil
}

// Positive is the fault of a setting that is to be more than zero.
func Positive[N int | time.Duration](name string, value N) error {
	if value <= 0 {
		return fmt.Errorf("%s must be more than zero", name)
	}
	return nil
}
