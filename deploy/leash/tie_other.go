//go:build unix && !linux

package leash

import "syscall"

// tie does nothing: only Linux tells a child that its parent has ended.
func tie(*syscall.SysProcAttr, syscall.Signal) {}
