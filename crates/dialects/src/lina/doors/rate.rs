//! Data requests of a store in any 15 minutes: a moving sum.
//!
//! Kept in memory: a restart forgets it, and each process on a store counts for itself.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use klingel_model::AppId;

/// The span of the sum.
const SPAN: Duration = Duration::from_mins(15);
/// Stores that are counted at once. With [`REQUESTS_MAX`](crate::lina::records::store_settings::REQUESTS_MAX) instants
/// of 16 bytes each, 64 MB at the very most.
const STORES_MAX: usize = 4096;

/// The requests of every store.
#[derive(Debug, Default)]
pub struct RateLimit(Mutex<HashMap<AppId, VecDeque<Duration>>>);

impl RateLimit {
    fn stores(&self) -> MutexGuard<'_, HashMap<AppId, VecDeque<Duration>>> {
        // A panic while the lock is held leaves a count that is at worst one too low.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request at `now` (monotonic), unless `requests_max` of the last 15 minutes are there already: then
    /// `false`, and it does not count.
    pub fn take(&self, store: AppId, requests_max: u32, now: Duration) -> bool {
        let mut stores = self.stores();
        if stores.len() >= STORES_MAX && !stores.contains_key(&store) {
            make_room(&mut stores, now);
        }
        let requests = stores.entry(store).or_default();
        forget_old(requests, now);
        if requests.len() >= usize::try_from(requests_max).unwrap_or(usize::MAX) {
            return false;
        }
        requests.push_back(now);
        true
    }

    /// Requests of the last 15 minutes.
    pub fn used(&self, store: AppId, now: Duration) -> usize {
        self.stores().get_mut(&store).map_or(0, |requests| {
            forget_old(requests, now);
            requests.len()
        })
    }
}

fn forget_old(requests: &mut VecDeque<Duration>, now: Duration) {
    while requests.front().is_some_and(|at| now.saturating_sub(*at) >= SPAN) {
        requests.pop_front();
    }
}

/// Forgets stores without requests in the span; if all have some, the one whose last request is oldest.
fn make_room(stores: &mut HashMap<AppId, VecDeque<Duration>>, now: Duration) {
    stores.retain(|_, requests| requests.back().is_some_and(|at| now.saturating_sub(*at) < SPAN));
    if stores.len() >= STORES_MAX
        && let Some(quietest) = stores.iter().min_by_key(|(_, requests)| requests.back()).map(|(id, _)| *id)
    {
        stores.remove(&quietest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: AppId = AppId::from_u128(1);

    #[test]
    fn the_sum_moves() {
        let (rate, minute) = (RateLimit::default(), Duration::from_mins(1));
        assert!(rate.take(STORE, 2, Duration::ZERO) && rate.take(STORE, 2, minute));
        assert!(!rate.take(STORE, 2, minute * 14), "two within 15 minutes");
        assert!(!rate.take(STORE, 2, SPAN.checked_sub(Duration::from_micros(1)).unwrap()));
        assert!(rate.take(STORE, 2, SPAN), "the first is 15 minutes old");
        assert!(!rate.take(STORE, 2, SPAN), "the second is not");
        assert_eq!((rate.used(STORE, SPAN), rate.used(STORE, SPAN * 3)), (2, 0));
        assert!(rate.take(AppId::from_u128(2), 2, SPAN), "another store has its own sum");
    }

    #[test]
    fn memory_is_bounded_and_the_quietest_store_is_forgotten() {
        let rate = RateLimit::default();
        for n in 0..STORES_MAX as u128 + 10 {
            let at = Duration::from_millis(u64::try_from(n).unwrap());
            assert!(rate.take(AppId::from_u128(n), 1, at));
        }
        assert_eq!(rate.stores().len(), STORES_MAX);
        assert_eq!(rate.used(AppId::from_u128(0), SPAN / 2), 0);
        assert_eq!(rate.used(AppId::from_u128(STORES_MAX as u128 + 9), SPAN / 2), 1);
    }
}
