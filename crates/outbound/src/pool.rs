//! Connections that wait for their next request.
//!
//! A connection belongs to the origin (scheme, host, port) it was opened for. Bounds hold: so many altogether (the one
//! unused for longest goes first), so long without use, and so many for one origin that stay for that long. More than
//! those stay for a moment only: many endpoints may share a host, and to open a connection for each request while it
//! is busy costs more than the request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use foldhash::HashMap;
use tokio::time::Instant;

use crate::config::ClientConfig;

/// How long connections beyond those of one origin wait for their next request.
const SPARE_TIMEOUT: Duration = Duration::from_secs(1);

/// Counts up with every connection that is put in, so that order of numbers is order of time.
type Number = u64;

struct Idle<C> {
    number: Number,
    since: Instant,
    connection: C,
}

struct Shelves<C> {
    next: Number,
    /// For each origin, the one used last at the end.
    by_origin: HashMap<Arc<str>, Vec<Idle<C>>>,
    by_age: BTreeMap<Number, Arc<str>>,
}

pub(crate) struct Pool<C> {
    shelves: Mutex<Shelves<C>>,
    per_origin_max: usize,
    total_max: usize,
    idle_timeout: Duration,
}

impl<C> Pool<C> {
    pub(crate) fn new(config: &ClientConfig) -> Self {
        Self {
            shelves: Mutex::new(Shelves { next: 0, by_origin: HashMap::default(), by_age: BTreeMap::new() }),
            per_origin_max: config.idle_per_host_max,
            total_max: config.idle_total_max,
            idle_timeout: config.idle_timeout,
        }
    }

    /// Takes the connection out that was used last: the likeliest to be open still. Others may so grow old and go.
    pub(crate) fn take(&self, origin: &str) -> Option<C> {
        let mut shelves = self.shelves();
        let idle = shelves.by_origin.get_mut(origin)?.pop()?;
        shelves.by_age.remove(&idle.number);
        (idle.since.elapsed() < self.idle_timeout).then_some(idle.connection)
    }

    /// Puts a connection in that is ready for another request.
    pub(crate) fn put(&self, origin: &str, connection: C) {
        if self.per_origin_max == 0 || self.total_max == 0 {
            return;
        }
        let mut shelves = self.shelves();
        let key = match shelves.by_origin.get_key_value(origin) {
            Some((key, _)) => Arc::clone(key),
            None => Arc::from(origin),
        };
        let evicted = if shelves.by_age.len() >= self.total_max { shelves.take_oldest() } else { None };
        let number = shelves.next;
        shelves.next += 1;
        shelves.by_age.insert(number, Arc::clone(&key));
        shelves.by_origin.entry(key).or_default().push(Idle { number, since: Instant::now(), connection });
        // Closing sockets is for when the lock is free again.
        drop(shelves);
        drop(evicted);
    }

    /// Closes what has waited for too long.
    pub(crate) fn sweep(&self) {
        let mut shelves = self.shelves();
        let mut expired = Vec::new();
        expired.extend(shelves.take_spare(self.per_origin_max));
        while let Some(since) = shelves.oldest_since() {
            if since.elapsed() < self.idle_timeout {
                break;
            }
            expired.extend(shelves.take_oldest());
        }
        // Origins stay listed while their connections are out; here those go that none came back to.
        shelves.by_origin.retain(|_, waiting| !waiting.is_empty());
        drop(shelves);
        drop(expired);
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        let shelves = self.shelves();
        assert_eq!(shelves.by_age.len(), shelves.by_origin.values().map(Vec::len).sum::<usize>());
        shelves.by_age.len()
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves<C>> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Shelves<C> {
    fn oldest_since(&self) -> Option<Instant> {
        let (number, origin) = self.by_age.first_key_value()?;
        self.by_origin.get(origin)?.iter().find(|idle| idle.number == *number).map(|idle| idle.since)
    }

    /// Takes out what is more than an origin keeps and has not been used for a moment. The one used last is at the
    /// end, so these are at the beginning.
    fn take_spare(&mut self, per_origin_max: usize) -> Vec<C> {
        let mut spare = Vec::new();
        for waiting in self.by_origin.values_mut() {
            let more = waiting.len().saturating_sub(per_origin_max);
            let rested = waiting[..more].partition_point(|idle| idle.since.elapsed() >= SPARE_TIMEOUT);
            for idle in waiting.drain(..rested) {
                self.by_age.remove(&idle.number);
                spare.push(idle.connection);
            }
        }
        spare
    }

    fn take_oldest(&mut self) -> Option<C> {
        let (number, origin) = self.by_age.pop_first()?;
        let waiting = self.by_origin.get_mut(&origin)?;
        let place = waiting.iter().position(|idle| idle.number == number)?;
        let idle = waiting.remove(place);
        if waiting.is_empty() {
            self.by_origin.remove(&origin);
        }
        Some(idle.connection)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::Pool;
    use crate::config::ClientConfig;

    fn pool(idle_per_host_max: usize, idle_total_max: usize) -> Pool<&'static str> {
        Pool::new(&ClientConfig { idle_per_host_max, idle_total_max, ..ClientConfig::default() })
    }

    #[test]
    fn the_last_one_in_is_the_first_one_out_of_its_own_origin() {
        let pool = pool(8, 8);
        pool.put("a", "a1");
        pool.put("a", "a2");
        pool.put("b", "b1");
        assert_eq!([pool.take("a"), pool.take("a"), pool.take("a")], [Some("a2"), Some("a1"), None]);
        assert_eq!(pool.take("c"), None);
        assert_eq!(pool.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_origin_keeps_only_so_many_for_longer_than_a_moment() {
        let pool = pool(2, 8);
        for connection in ["a1", "a2", "a3"] {
            pool.put("a", connection);
        }
        pool.sweep();
        assert_eq!(pool.len(), 3, "while the origin is busy, they are all of use");
        advance(Duration::from_secs(1)).await;
        pool.sweep();
        assert_eq!([pool.take("a"), pool.take("a"), pool.take("a")], [Some("a3"), Some("a2"), None]);
    }

    #[test]
    fn altogether_the_one_unused_for_longest_makes_room() {
        let pool = pool(8, 3);
        for (origin, connection) in [("a", "a1"), ("b", "b1"), ("a", "a2"), ("c", "c1"), ("d", "d1")] {
            pool.put(origin, connection);
        }
        assert_eq!(pool.len(), 3);
        assert_eq!([pool.take("a"), pool.take("a"), pool.take("b")], [Some("a2"), None, None]);
        assert_eq!([pool.take("c"), pool.take("d")], [Some("c1"), Some("d1")]);
        assert_eq!(pool.len(), 0);
    }

    #[test]
    fn nothing_is_kept_where_nothing_may_be() {
        let pool = pool(0, 3);
        pool.put("a", "a1");
        assert_eq!(pool.take("a"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_for_too_long_is_neither_given_out_nor_kept() {
        let pool = pool(8, 8);
        pool.put("a", "old");
        advance(Duration::from_secs(19)).await;
        pool.put("a", "young");
        pool.put("b", "young");
        advance(Duration::from_secs(1)).await;
        pool.sweep();
        assert_eq!(pool.len(), 2);
        advance(Duration::from_secs(19)).await;
        assert_eq!(pool.take("a"), None, "expired, though not swept yet");
        pool.sweep();
        assert_eq!(pool.len(), 0);
        assert!(pool.shelves().by_origin.is_empty());
    }
}
