//! Stops a failing endpoint from eating sockets and schedules: after some failures in a row it is only probed.

use std::time::Duration;

/// What the breaker lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// Everything.
    Open,
    /// One request, to see whether it works again.
    Probe,
    /// Nothing until then.
    Wait(Duration),
    /// Nothing until the probe has ended.
    Probing,
}

/// Counts failures in a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Breaker {
    failures: u32,
    /// Set while only probes go out: when the next one may.
    probe_at: Option<Duration>,
    probing: bool,
    wait: Duration,
}

impl Breaker {
    pub(super) fn gate(&self, now: Duration) -> Gate {
        match self.probe_at {
            None => Gate::Open,
            Some(_) if self.probing => Gate::Probing,
            Some(at) if now < at => Gate::Wait(at),
            Some(_) => Gate::Probe,
        }
    }

    /// Whether nothing has failed lately.
    pub(super) fn is_quiet(&self) -> bool {
        self.failures == 0
    }

    /// Whether everything is let through.
    pub(super) fn is_closed(&self) -> bool {
        self.probe_at.is_none()
    }

    pub(super) fn launched(&mut self) {
        self.probing = self.probe_at.is_some();
    }

    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    pub(super) fn failed(
        &mut self,
        now: Duration,
        failures_max: u32,
        wait_min: Duration,
        wait_max: Duration,
    ) {
        self.failures = self.failures.saturating_add(1);
        if self.failures < failures_max {
            return;
        }
        // Requests that were under way when the breaker tripped also end here; only a probe lengthens the wait.
        if self.probe_at.is_none() {
            self.wait = wait_min;
        } else if self.probing {
            self.wait = (self.wait * 2).min(wait_max);
        } else {
            return;
        }
        self.probing = false;
        self.probe_at = Some(now + self.wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn trips_probes_and_closes() {
        let mut breaker = Breaker::default();
        for _ in 0..2 {
            breaker.failed(S, 3, S, 4 * S);
            assert_eq!(breaker.gate(S), Gate::Open);
        }
        breaker.failed(S, 3, S, 4 * S);
        assert_eq!(breaker.gate(S), Gate::Wait(2 * S));
        breaker.failed(S, 3, S, 4 * S); // a straggler changes nothing
        assert_eq!(breaker.gate(2 * S), Gate::Probe);
        breaker.launched();
        assert_eq!(breaker.gate(2 * S), Gate::Probing);
        breaker.failed(2 * S, 3, S, 4 * S);
        assert_eq!(breaker.gate(2 * S), Gate::Wait(4 * S));
        breaker.launched();
        breaker.succeeded();
        assert_eq!(breaker.gate(2 * S), Gate::Open);
        assert!(breaker.is_quiet());
    }

    #[test]
    fn waits_grow_up_to_their_maximum() {
        let mut breaker = Breaker::default();
        breaker.failed(S, 1, S, 4 * S);
        for expected in [2, 4, 4] {
            breaker.launched();
            breaker.failed(S, 1, S, 4 * S);
            assert_eq!(breaker.gate(S), Gate::Wait(S + expected * S));
        }
    }
}
