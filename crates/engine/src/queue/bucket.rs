//! A token bucket that says when the next token comes, not only whether there is one.

use std::time::Duration;

/// Rate limit by the virtual-scheduling form of the leaky bucket (ITU-T I.371, GCRA): one instant is all its state.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    per_s: u16,
    /// When the next request would come if all came evenly.
    next: Duration,
}

impl Bucket {
    /// A full bucket of this rate; at least one a second.
    pub(super) fn new(per_s: u16) -> Self {
        Self { per_s: per_s.max(1), next: Duration::ZERO }
    }

    /// The rate.
    pub(super) fn per_s(&self) -> u16 {
        self.per_s
    }

    /// Whether it is as good as new.
    pub(super) fn is_full(&self, now: Duration) -> bool {
        self.next <= now
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(1) / u32::from(self.per_s)
    }

    /// A tenth of a second's requests may come at once, so that a rate of thousands does not need a timer each.
    fn tolerance(&self) -> Duration {
        self.interval() * (u32::from(self.per_s) / 10).saturating_sub(1)
    }

    /// How long until a token is there; zero: now.
    pub(super) fn wait(&self, now: Duration) -> Duration {
        self.next.saturating_sub(now + self.tolerance())
    }

    /// Takes a token; call it only when [`Bucket::wait`] is zero.
    pub(super) fn take(&mut self, now: Duration) {
        self.next = self.next.max(now) + self.interval();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken_in(per_s: u16, ms: u64) -> u32 {
        let mut bucket = Bucket::new(per_s);
        let mut taken = 0;
        for at in 0..ms * 10 {
            let now = Duration::from_micros(at * 100);
            while bucket.wait(now).is_zero() {
                bucket.take(now);
                taken += 1;
            }
        }
        taken
    }

    #[test]
    fn gives_its_rate_and_a_tenth_of_it_in_advance() {
        assert_eq!(taken_in(1, 10_000), 10);
        assert_eq!(taken_in(5, 2_000), 10);
        let thousand = taken_in(1000, 1_000);
        assert!((1000..=1100).contains(&thousand), "{thousand}");
    }

    #[test]
    fn says_how_long_to_wait() {
        let mut bucket = Bucket::new(2);
        bucket.take(Duration::ZERO);
        assert_eq!(bucket.wait(Duration::ZERO), Duration::from_millis(500));
        assert_eq!(bucket.wait(Duration::from_millis(500)), Duration::ZERO);
    }
}
