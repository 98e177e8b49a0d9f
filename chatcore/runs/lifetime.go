package runs

import (
	"context"
	"time"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/store"
)

// Renew keeps the leases of the runs at work here until ctx ends.
func (m *Manager) Renew(ctx context.Context) {
	ticker := time.NewTicker(m.config.Lease / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		leased := m.leased()
		if len(leased) == 0 {
			continue
		}
		news, err := m.store.RenewLeases(ctx, leased, m.config.Lease, m.config.Grace)
		if err != nil && ctx.Err() == nil {
			m.log.WarnContext(ctx, "leases could not be renewed", "error", err)
		}
		m.heed(ctx, news)
	}
}

// heed does what others want of the runs at work here.
func (m *Manager) heed(ctx context.Context, news []store.LeaseNews) {
	for _, wanted := range news {
		run := m.local(wanted.UserID, wanted.RunID)
		if run == nil || !wanted.Stop {
			continue
		}
		if !wanted.Asked && (m.config.Finish || run.Followed()) {
			if err := m.store.PageBack(ctx, run.UserID, run.ID); err != nil {
				m.log.WarnContext(ctx, "a page's return could not be stored", "error", err)
			}
			continue
		}
		run.stop(ErrStopped)
	}
}

// leased names the runs at work here.
func (m *Manager) leased() []store.Leased {
	m.mu.Lock()
	defer m.mu.Unlock()
	runs := make([]store.Leased, 0, len(m.atWork))
	for run := range m.atWork {
		runs = append(runs, run.leased())
	}
	return runs
}

// AtWork is how many runs there are here.
func (m *Manager) AtWork() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.atWork)
}

// goingDown says that nothing more will happen here.
func (m *Manager) goingDown() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.over
}

// Refuse takes no new turns from now on.
func (m *Manager) Refuse() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closing = true
}

// Close takes no new turns, waits for those at work until ctx ends, and then hands them over: their calls that began end
// and are recorded, and another replica goes on from there.
func (m *Manager) Close(ctx context.Context) {
	m.Refuse()
	defer m.closeTitles()
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.wait.Wait()
	}()
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	m.mu.Lock()
	m.over = true
	for run := range m.atWork {
		run.stop(agent.ErrInterrupted)
	}
	m.mu.Unlock()
	<-done
}

// closeTitles ends the requests for titles: no turn waits for them any more.
func (m *Manager) closeTitles() {
	m.mu.Lock()
	select {
	case <-m.untitled:
	default:
		close(m.untitled)
	}
	m.mu.Unlock()
	m.titling.Wait()
}
