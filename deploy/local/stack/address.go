package stack

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"syscall"
)

// address is where one process listens, for as long as the launcher runs.
type address struct {
	host string
	port int
	hold io.Closer
}

// reserve decides on an address and keeps it from others, so that a process that is started again finds it free.
func reserve(flag, value string) (address, error) {
	host, portText, err := net.SplitHostPort(value)
	if err != nil {
		return address{}, fmt.Errorf("--%s is not host:port: %q", flag, value)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return address{}, fmt.Errorf("--%s has no port between 0 and 65535: %q", flag, value)
	}
	ip, err := net.ResolveIPAddr("ip", host)
	if err != nil {
		return address{}, fmt.Errorf("--%s: finding the address of %q: %w", flag, host, err)
	}
	held, hold, err := holdPort(ip.IP, int(port))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return address{}, fmt.Errorf("%s is taken by another process: take another address with --%s (port 0 is any free one)",
			value, flag)
	case err != nil:
		return address{}, fmt.Errorf("--%s: taking %s: %w", flag, value, err)
	}
	return address{host: host, port: held, hold: hold}, nil
}

// FreeAddress finds a free host:port of the loopback and keeps it from others until hold is closed, as reserve does.
func FreeAddress() (addr string, hold io.Closer, err error) {
	found, err := reserve("addr", "127.0.0.1:0")
	return found.listen(), found.hold, err
}

// listen is what the process is told to listen on.
func (a address) listen() string { return net.JoinHostPort(a.host, strconv.Itoa(a.port)) }

// url is where others on this machine reach it.
func (a address) url() string { return a.urlOn(a.reachable()) }

func (a address) urlOn(host string) string {
	return "http://" + net.JoinHostPort(host, strconv.Itoa(a.port))
}

func (a address) reachable() string {
	if ip := net.ParseIP(a.host); a.host == "" || ip != nil && ip.IsUnspecified() {
		return "127.0.0.1"
	}
	return a.host
}
