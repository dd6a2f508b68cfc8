//! Statistics that are not in the store yet: attempts added up by endpoint and slot.

use std::collections::hash_map::Entry;

use foldhash::HashMap;
use klingel_model::{AppId, Attempt, AttemptStatus, EndpointId, ErrorClass, Micros};
use klingel_store::{Resolution, Stat, StatDelta};

/// Sums of endpoints and slots in memory, about 200 bytes each.
pub const TALLY_SUMS_MAX: usize = 40_000;

/// Sums by endpoint and slot of five minutes.
#[derive(Debug, Default)]
pub struct Tally {
    sums: HashMap<(EndpointId, Micros), StatDelta>,
}

impl Tally {
    /// Counts an attempt, in the slot of its end.
    pub fn count(&mut self, attempt: &Attempt) {
        let ended_at = attempt.started_at.plus(attempt.duration);
        let Some(stat) = self.stat_of(attempt.app_id, attempt.endpoint_id, ended_at) else { return };
        match attempt.status {
            AttemptStatus::Success => stat.delivered += 1,
            AttemptStatus::Fail => stat.failed += 1,
        }
        // What could not be sent took no time at the receiver's.
        if attempt.error_class != Some(ErrorClass::Unsendable) {
            stat.latency.record(attempt.duration);
        }
    }

    /// Adds a sum. `false` and forgotten if it would be one too many.
    pub fn add(&mut self, delta: StatDelta) -> bool {
        let stat = self.stat_of(delta.app_id, delta.endpoint_id, delta.at);
        stat.map(|stat| stat.merge(&delta.stat)).is_some()
    }

    /// The sum of an endpoint in the slot of an instant; `None` if it would be one too many.
    fn stat_of(&mut self, app_id: AppId, endpoint_id: EndpointId, at: Micros) -> Option<&mut Stat> {
        let at = Resolution::FiveMinutes.slot_of(at);
        let is_full = self.sums.len() >= TALLY_SUMS_MAX;
        match self.sums.entry((endpoint_id, at)) {
            Entry::Occupied(sum) => Some(&mut sum.into_mut().stat),
            Entry::Vacant(_) if is_full => None,
            Entry::Vacant(place) => {
                Some(&mut place.insert(StatDelta { app_id, endpoint_id, at, stat: Stat::default() }).stat)
            }
        }
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// How many sums there are to write.
    pub fn len(&self) -> usize {
        self.sums.len()
    }

    /// Whether a batch of this many attempts may not fit in any more.
    pub fn is_full_for(&self, attempts: usize) -> bool {
        self.sums.len() + attempts > TALLY_SUMS_MAX
    }

    /// Takes everything out, applications side by side.
    pub fn take(&mut self) -> Vec<StatDelta> {
        let mut sums: Vec<_> = std::mem::take(&mut self.sums).into_values().collect();
        sums.sort_unstable_by_key(|sum| (sum.app_id, sum.endpoint_id, sum.at));
        sums
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use klingel_model::{AttemptId, MessageId, Trigger};

    use super::*;

    fn attempt(endpoint: u128, started_at_s: i64, took_ms: u64, error_class: Option<ErrorClass>) -> Attempt {
        Attempt {
            id: AttemptId::from_u128(1),
            app_id: AppId::from_u128(1),
            message_id: MessageId::from_u128(1),
            endpoint_id: EndpointId::from_u128(endpoint),
            url: "http://receiver.example/".into(),
            number: 1,
            trigger: Trigger::Manual,
            started_at: Micros::from_unix_us(started_at_s * 1_000_000),
            duration: Duration::from_millis(took_ms),
            status: if error_class.is_none() { AttemptStatus::Success } else { AttemptStatus::Fail },
            response_status: 0,
            response_body: Bytes::new(),
            error_class,
            error: None,
            next_attempt_at: None,
        }
    }

    #[test]
    fn attempts_are_added_up_by_endpoint_and_the_slot_of_their_end() {
        let mut tally = Tally::default();
        tally.count(&attempt(1, 10, 3, None));
        tally.count(&attempt(1, 290, 20_000, Some(ErrorClass::Timeout)));
        tally.count(&attempt(1, 20, 1, Some(ErrorClass::Unsendable)));
        tally.count(&attempt(2, 20, 5, None));
        let sums = tally.take();
        let shown: Vec<_> = sums
            .iter()
            .map(|sum| {
                let Stat { delivered, failed, latency } = sum.stat;
                (sum.endpoint_id.as_u128(), sum.at.as_unix_s(), delivered, failed, latency.count())
            })
            .collect();
        assert_eq!(shown, [(1, 0, 1, 1, 1), (1, 300, 0, 1, 1), (2, 0, 1, 0, 1)]);
        assert!(tally.is_empty());
    }

    #[test]
    fn it_is_bounded() {
        let mut tally = Tally::default();
        let most = u128::try_from(TALLY_SUMS_MAX).unwrap();
        for endpoint in 0..most {
            tally.count(&attempt(endpoint, 0, 1, None));
        }
        assert!(tally.is_full_for(1));
        tally.count(&attempt(0, 0, 1, None));
        tally.count(&attempt(most, 0, 1, None));
        let sums = tally.take();
        assert_eq!((sums.len(), sums[0].stat.delivered), (TALLY_SUMS_MAX, 2));
        assert!(tally.add(sums[0]));
    }
}
