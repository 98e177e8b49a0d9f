package ownerdb

import (
	"context"
	"net"
	"time"
)

// dialer makes connections that are there within silence, and on which no read and no write can hang for longer.
type dialer struct {
	net.Dialer
	silence time.Duration
}

func newDialer(silence time.Duration) dialer {
	return dialer{Dialer: net.Dialer{Timeout: silence}, silence: silence}
}

func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.Dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &impatientConn{Conn: conn, silence: d.silence}, nil
}

// impatientConn sets a fresh deadline before each read and write. Statements here are short, so a server that says
// nothing for that long is gone, whatever TCP believes.
type impatientConn struct {
	net.Conn
	silence time.Duration
}

func (c *impatientConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *impatientConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
