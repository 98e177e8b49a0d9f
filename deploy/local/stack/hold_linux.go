package stack

import (
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// holdPort binds a socket and never listens on it. A process that listens with SO_REUSEADDR, as every Go server does,
// may take the port; nobody is given it by chance, as a free port or for a connection going out.
func holdPort(ip net.IP, port int) (int, io.Closer, error) {
	family, bindTo := socketAddress(ip, port)
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, os.NewSyscallError("socket", err)
	}
	hold := os.NewFile(uintptr(fd), "held port")
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		_ = hold.Close()
		return 0, nil, os.NewSyscallError("setsockopt", err)
	}
	if err := syscall.Bind(fd, bindTo); err != nil {
		_ = hold.Close()
		return 0, nil, os.NewSyscallError("bind", err)
	}
	bound, err := syscall.Getsockname(fd)
	if err != nil {
		_ = hold.Close()
		return 0, nil, os.NewSyscallError("getsockname", err)
	}
	switch b := bound.(type) {
	case *syscall.SockaddrInet4:
		return b.Port, hold, nil
	case *syscall.SockaddrInet6:
		return b.Port, hold, nil
	default:
		_ = hold.Close()
		return 0, nil, fmt.Errorf("an address of the unknown kind %T", bound)
	}
}

func socketAddress(ip net.IP, port int) (int, syscall.Sockaddr) {
	if ip == nil || ip.To4() != nil {
		to := &syscall.SockaddrInet4{Port: port}
		copy(to.Addr[:], ip.To4())
		return syscall.AF_INET, to
	}
	to := &syscall.SockaddrInet6{Port: port}
	copy(to.Addr[:], ip.To16())
	return syscall.AF_INET6, to
}
