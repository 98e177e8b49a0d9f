package postgres

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// DSNFor is the address of the same server and database for another role. Both forms are understood: a URL, and
// key=value pairs.
func DSNFor(adminDSN, role, password string) (string, error) {
	if !isURL(adminDSN) {
		return withPairs(adminDSN, "user", role, "password", password)
	}
	return urlFor(adminDSN, func(u *url.URL, query url.Values) {
		u.User = url.UserPassword(role, password)
		query.Del("user")
		query.Del("password")
	})
}

// WithPassword is the same address with a password. It wants a URL that names its role.
func WithPassword(dsn, password string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.User.Username() == "" {
		return "", errors.New("the database's address is no postgres:// URL that names its role")
	}
	return DSNFor(dsn, u.User.Username(), password)
}

// InDatabase is the address of another database of the same server, for the same role.
func InDatabase(dsn, database string) (string, error) {
	if !isURL(dsn) {
		return withPairs(dsn, "dbname", database)
	}
	return urlFor(dsn, func(u *url.URL, query url.Values) {
		u.Path = "/" + database
		query.Del("dbname")
	})
}

func urlFor(dsn string, change func(*url.URL, url.Values)) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return "", fmt.Errorf("reading the database's address: %w", withoutSecret(err, dsn))
	}
	query := u.Query()
	change(u, query)
	u.RawQuery = query.Encode()
	return u.String(), nil
}

func isURL(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// withPairs adds pairs of keys and values at the end: of two pairs with the same key the later one counts.
func withPairs(dsn string, pairs ...string) (string, error) {
	if !strings.Contains(dsn, "=") {
		return "", errors.New("the database's address is neither a postgres:// URL nor key=value pairs")
	}
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	for pair := range slices.Chunk(pairs, 2) {
		dsn += fmt.Sprintf(" %s='%s'", pair[0], quote.Replace(pair[1]))
	}
	return dsn, nil
}

// secretOf is what of an address is the same for every database of its server, and known to nobody else: the password
// when there is one in it, else the whole address.
func secretOf(dsn string) string {
	if u, err := url.Parse(dsn); err == nil && u.User != nil {
		if password, ok := u.User.Password(); ok {
			return password
		}
	}
	return dsn
}

// withoutSecret keeps the address, which has a password in it, out of an error.
func withoutSecret(err error, dsn string) error {
	return errors.New(strings.ReplaceAll(err.Error(), dsn, "(address)"))
}
