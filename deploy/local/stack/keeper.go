package stack

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// process is one run of something that is kept running.
type process interface {
	Done() <-chan struct{}
	End() // in order if it can, by force if it must; returns when it has ended
}

// keeper keeps a process running: when it dies, it is started again.
type keeper struct {
	name    string
	start   func(context.Context) (process, int, error) // gives the pid
	started func(pid int)
	say     func(string)

	deaths atomic.Int32
	cancel context.CancelFunc
	ended  sync.WaitGroup
}

// A process that dies is started again at once; one that dies young again and again, ever later, up to longestPause.
const (
	young        = 2 * time.Second
	firstPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
)

// keep starts the process for the first time, and from then on whenever it has died, until stop.
func (k *keeper) keep() error {
	ctx, cancel := context.WithCancel(context.Background())
	k.cancel = cancel
	current, pid, err := k.start(ctx)
	if err != nil {
		cancel()
		return err
	}
	k.started(pid)
	k.ended.Go(func() { k.follow(ctx, current) })
	return nil
}

func (k *keeper) follow(ctx context.Context, current process) {
	for pause, early := time.Duration(0), 0; ; {
		born := time.Now()
		select {
		case <-ctx.Done():
			current.End()
			return
		case <-current.Done():
		}
		k.deaths.Add(1)
		if time.Since(born) >= young {
			pause, early = 0, 0
		} else if early++; early > 1 {
			pause = longer(pause)
		}
		next, ok := k.again(ctx, pause)
		if !ok {
			return
		}
		current = next
	}
}

// again starts the process once more, as often as it takes.
func (k *keeper) again(ctx context.Context, pause time.Duration) (process, bool) {
	for {
		select {
		case <-ctx.Done():
			return nil, false
		case <-time.After(pause):
		}
		next, pid, err := k.start(ctx)
		if err == nil {
			k.started(pid)
			k.say(fmt.Sprintf("%s died and was started again (pid %d)", k.name, pid))
			return next, true
		}
		if ctx.Err() != nil {
			return nil, false
		}
		k.say(fmt.Sprintf("%s died and could not be started again yet: %v", k.name, err))
		pause = longer(pause)
	}
}

func longer(pause time.Duration) time.Duration { return min(max(2*pause, firstPause), longestPause) }

// stop ends the process, for good.
func (k *keeper) stop() {
	k.cancel()
	k.ended.Wait()
}
