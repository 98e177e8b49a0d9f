//go:build unix && !linux

package stack

import (
	"io"
	"net"
)

// holdPort finds the port and lets it go again: only Linux lets another process listen on a port that is held.
func holdPort(ip net.IP, port int) (int, io.Closer, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: ip, Port: port})
	if err != nil {
		return 0, nil, err
	}
	found := listener.Addr().(*net.TCPAddr).Port
	return found, io.NopCloser(nil), listener.Close()
}
