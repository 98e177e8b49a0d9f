package runs

import (
	"context"
	"time"

	"taskpilot/chatcore/agent"
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
		if m.AtWork() == 0 {
			continue
		}
		if err := m.store.RenewLeases(ctx, m.config.OwnerURL, m.config.Lease); err != nil && ctx.Err() == nil {
			m.log.WarnContext(ctx, "leases could not be renewed", "error", err)
		}
	}
}

// AtWork is how many runs there are here.
func (m *Manager) AtWork() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.atWork)
}

// Refuse takes no new turns from now on.
func (m *Manager) Refuse() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closing = true
}

// Close takes no new turns, waits for those at work until ctx ends, and then ends them as interrupted.
func (m *Manager) Close(ctx context.Context) {
	m.Refuse()
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
	for run := range m.atWork {
		run.stop(agent.ErrInterrupted)
	}
	m.mu.Unlock()
	<-done
}
