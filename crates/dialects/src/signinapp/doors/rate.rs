//! At most 20 requests of a client in a minute of the clock, all paths together.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use klingel_model::{AppId, Micros};

/// Requests of a client in a minute.
const REQUESTS_PER_MINUTE: u32 = 20;
/// Clients that are counted in one minute; more have to wait for the next, so that memory stays bounded.
const CLIENTS_COUNTED_MAX: usize = 100_000;

/// The counts of the present minute.
#[derive(Debug, Default)]
pub(super) struct Rate(Mutex<Minute>);

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    counts: HashMap<(AppId, String), u32>,
}

impl Rate {
    /// Counts a request; `Err`: too many, with the seconds until the minute is over.
    pub(super) fn count(&self, app_id: AppId, key: &str, now: Micros) -> Result<(), u64> {
        let number = now.as_unix_s().div_euclid(60);
        let left = 60 - now.as_unix_s().rem_euclid(60).unsigned_abs();
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != number {
            *minute = Minute { number, counts: HashMap::new() };
        }
        let who = (app_id, key.to_owned());
        if minute.counts.len() >= CLIENTS_COUNTED_MAX && !minute.counts.contains_key(&who) {
            return Err(left);
        }
        let count = minute.counts.entry(who).or_default();
        if *count >= REQUESTS_PER_MINUTE {
            return Err(left);
        }
        *count += 1;
        Ok(())
    }
}
