package faults

import (
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Front is a load balancer of the plainest kind: each connection goes to the next replica that takes it.
type Front struct {
	listener net.Listener
	targets  []Target
	next     atomic.Uint64
	wait     sync.WaitGroup

	mu     sync.Mutex
	open   map[net.Conn]struct{}
	closed bool
}

// Target is where connections go.
type Target struct{ Network, Address string }

// dialTime is how long a replica may take to accept a connection: one on the loopback does so at once, or is gone.
const dialTime = 2 * time.Second

// NewFront listens on a free port of the loopback.
func NewFront(targets ...Target) (*Front, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it takes no time
	if err != nil {
		return nil, fmt.Errorf("listening for a front: %w", err)
	}
	f := &Front{listener: listener, targets: targets, open: map[net.Conn]struct{}{}}
	f.wait.Go(f.accept)
	return f, nil
}

// Addr is where it listens.
func (f *Front) Addr() string { return f.listener.Addr().String() }

// Close cuts everything and returns when nothing of it is left.
func (f *Front) Close() {
	_ = f.listener.Close()
	f.mu.Lock()
	f.closed = true
	for conn := range f.open {
		_ = conn.Close()
	}
	f.mu.Unlock()
	f.wait.Wait()
}

func (f *Front) accept() {
	for {
		client, err := f.listener.Accept()
		if err != nil {
			return // closed
		}
		f.wait.Go(func() { f.serve(client) })
	}
}

func (f *Front) serve(client net.Conn) {
	defer func() { _ = client.Close() }()
	replica := f.dial()
	if replica == nil {
		return // nobody is there: the client sees its connection closed
	}
	defer func() { _ = replica.Close() }()
	if !f.hold(client, replica) {
		return
	}
	defer f.release(client, replica)
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{client, replica}, {replica, client}} {
		f.wait.Go(func() {
			_, _ = io.Copy(way[0], way[1]) // however it ends, the connection is over
			done <- struct{}{}
		})
	}
	<-done
}

// dial tries each replica once, in turn.
func (f *Front) dial() net.Conn {
	first := f.next.Add(1)
	for i := range uint64(len(f.targets)) {
		target := f.targets[(first+i)%uint64(len(f.targets))]
		conn, err := net.DialTimeout(target.Network, target.Address, dialTime) //nolint:noctx // bounded
		if err == nil {
			return conn
		}
	}
	return nil
}

func (f *Front) hold(conns ...net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, conn := range conns {
		f.open[conn] = struct{}{}
	}
	return !f.closed
}

func (f *Front) release(conns ...net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, conn := range conns {
		delete(f.open, conn)
	}
}
