//! How many deliveries wait: counted once at the start, then kept up by the writer after each commit, so that no
//! scrape of the metrics counts millions of rows.

use std::sync::atomic::{AtomicI64, Ordering};

use rusqlite::Connection;

/// What a transaction does to the depth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// Deliveries without an attempt.
    pub(crate) first_attempts: i64,
    /// Retries and manual deliveries.
    pub(crate) retries: i64,
}

/// Deliveries that wait, as of the last commit.
#[derive(Debug, Default)]
pub(crate) struct Depth {
    first_attempts: AtomicI64,
    retries: AtomicI64,
}

impl Depth {
    /// Counts what is there.
    pub(crate) fn count(db: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT (SELECT count(*) FROM young_delivery) + count(*), count(due_at) FROM delivery";
        db.query_row(sql, [], |row| {
            let (all, retries): (i64, i64) = (row.get(0)?, row.get(1)?);
            Ok(Self { first_attempts: AtomicI64::new(all - retries), retries: AtomicI64::new(retries) })
        })
    }

    /// Takes in what a commit did.
    pub(crate) fn apply(&self, change: Change) {
        self.first_attempts.fetch_add(change.first_attempts, Ordering::Relaxed);
        self.retries.fetch_add(change.retries, Ordering::Relaxed);
    }

    /// Deliveries without an attempt.
    pub(crate) fn first_attempts(&self) -> u64 {
        u64::try_from(self.first_attempts.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// Retries and manual deliveries.
    pub(crate) fn retries(&self) -> u64 {
        u64::try_from(self.retries.load(Ordering::Relaxed)).unwrap_or(0)
    }
}
