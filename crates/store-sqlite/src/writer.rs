//! The one thread that writes: group commit.
//!
//! It takes what is queued, runs all of it in one transaction and answers every caller after the commit. What
//! publishers wait for does not wait for company: while one commit waits for the disk, the next one's jobs gather by
//! themselves. A few settlements wait a moment and go behind what publishers wait for; many go with it.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use klingel_model::Clock;
use klingel_store::Error;
use rusqlite::Connection;

use crate::checkpoint::{self, Checkpointer, Mode};
use crate::depth::Depth;
use crate::desk::Desk;
use crate::fault::{is_busy, store_error};
use crate::inbox::{Inbox, Taken, Waits};
use crate::job::{Class, Job};
use crate::numbers::Numbers;
use crate::room::{Left, Room};

/// Most verbs in one commit.
pub(crate) const JOBS_PER_COMMIT_MAX: usize = 1024;
/// No further verb joins a commit that writes about this many rows, a large payload counting for several: bounds
/// how long its callers wait, and how much room it takes.
pub(crate) const ROWS_PER_COMMIT_MAX: usize = 8192;
/// Pages in the write-ahead log from which it is copied into the database.
pub(crate) const CHECKPOINT_WAL_PAGES: u32 = 4096;
/// Settlements without a message that they can go behind are committed after this long. Shorter, and a message that
/// comes every few milliseconds would find the writer busy with them.
const COMPANY_WAIT: Duration = Duration::from_millis(10);
/// Settlements that go behind a message leave the processors to its deliveries for this long.
const REST: Duration = Duration::from_millis(1);
/// A writer without work for this long copies what is left in the log into the database.
const IDLE_AFTER: Duration = Duration::from_secs(1);
/// A writer that has nothing to copy either sleeps so long at most.
const SLEEP_MAX: Duration = Duration::from_hours(1);

/// Verbs that wait for the writer.
pub(crate) type Jobs = Inbox<Box<dyn Job>>;

/// Verbs per commit.
pub(crate) const BATCH_JOBS: &str = "klingel_store_batch_jobs";
/// Seconds per commit, from its first statement until it is durable.
pub(crate) const COMMIT_SECONDS: &str = "klingel_store_commit_seconds";

/// What the writer's thread owns.
pub(crate) struct Writer {
    pub(crate) db: Connection,
    pub(crate) inbox: Arc<Jobs>,
    pub(crate) depth: Arc<Depth>,
    pub(crate) commits: Arc<AtomicU64>,
    /// Pages in the write-ahead log that may not have been copied yet; SQLite's hook sets it after each commit.
    pub(crate) wal_pages: Arc<AtomicU32>,
    pub(crate) room: Room,
    /// Whether the last look found little room. The log is then copied after every commit, so that it begins anew in
    /// the room it has already, instead of growing into what is left.
    pub(crate) is_short_of_room: Cell<bool>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) young_deliveries_max: usize,
}

impl Writer {
    /// Works until the inbox is closed and empty.
    pub(crate) fn run(self, numbers: Numbers, checkpointer: Checkpointer) {
        // Whatever ends this thread, a panic included: nobody may wait for an answer that never comes.
        let _closing = CloseOnDrop(Arc::clone(&self.inbox));
        let mut desk = Desk::new(&self.db, numbers, self.young_deliveries_max);
        let mut jobs = Vec::new();
        loop {
            let clean = self.wal_pages.load(Ordering::Relaxed) == 0;
            let idle = if clean { SLEEP_MAX } else { IDLE_AFTER };
            let waits = Waits { idle, company: COMPANY_WAIT, rest: REST };
            let mut rows = 0;
            let enough = |taken: &[Box<dyn Job>]| {
                rows += taken.last().map_or(0, |job| job.rows());
                rows >= ROWS_PER_COMMIT_MAX || taken.len() >= JOBS_PER_COMMIT_MAX
            };
            match self.inbox.take(&mut jobs, waits, enough) {
                Taken::Jobs => {
                    self.commit(&mut jobs, &mut desk);
                    self.keep_log_short(&checkpointer);
                }
                Taken::Idle if clean => {}
                Taken::Idle => self.checkpoint(Mode::Passive),
                Taken::Closed => break,
            }
        }
        // Ends the thread first: two cannot copy at once.
        drop(checkpointer);
        self.checkpoint(Mode::Truncate);
    }

    fn keep_log_short(&self, checkpointer: &Checkpointer) {
        let pages = self.wal_pages.load(Ordering::Relaxed);
        if self.is_short_of_room.get() && pages > 0 {
            self.checkpoint(Mode::Passive);
        } else if pages >= CHECKPOINT_WAL_PAGES {
            if checkpointer.take_copied() {
                self.checkpoint(Mode::Passive);
            } else {
                checkpointer.ask();
            }
        }
    }

    fn commit(&self, jobs: &mut Vec<Box<dyn Job>>, desk: &mut Desk<'_>) {
        if jobs.iter().any(|job| job.class() == Class::Admits)
            && let Err(full) = self.look_for_room()
        {
            for job in jobs.extract_if(.., |job| job.class() == Class::Admits) {
                job.fail(full.clone());
            }
        }
        if jobs.is_empty() {
            return;
        }
        match self.transact(jobs, desk) {
            Ok(()) => jobs.drain(..).for_each(Job::answer),
            Err(error) if is_busy(&error) => fail_all(jobs, &store_error(&error)),
            Err(error) => {
                tracing::warn!(jobs = jobs.len(), %error, "a commit failed; its jobs are tried one by one");
                self.commit_one_by_one(jobs, desk);
            }
        }
    }

    /// `Full` when new messages must be refused.
    fn look_for_room(&self) -> Result<(), Error> {
        let found = self.room.check(&self.db, self.wal_pages.load(Ordering::Relaxed));
        self.is_short_of_room.set(found != Ok(Left::Enough));
        if found.is_err() {
            self.checkpoint(Mode::Passive);
            self.room.check(&self.db, self.wal_pages.load(Ordering::Relaxed))?;
        }
        Ok(())
    }

    /// After a common commit failed: what settles goes first, so that a full disk refuses new messages before it
    /// holds back old ones, and only the jobs that fail by themselves fail.
    fn commit_one_by_one(&self, jobs: &mut Vec<Box<dyn Job>>, desk: &mut Desk<'_>) {
        // A full disk: what the log holds already makes room in it once it has been copied.
        self.is_short_of_room.set(true);
        self.checkpoint(Mode::Passive);
        jobs.sort_by_key(|job| job.class());
        for mut job in jobs.drain(..) {
            match self.transact(std::slice::from_mut(&mut job), desk) {
                Ok(()) => job.answer(),
                Err(error) => job.fail(store_error(&error)),
            }
        }
    }

    fn transact(&self, jobs: &mut [Box<dyn Job>], desk: &mut Desk<'_>) -> rusqlite::Result<()> {
        let begun = self.clock.monotonic();
        let done = desk
            .begin()
            .and_then(|()| jobs.iter_mut().try_for_each(|job| job.run(desk)))
            .and_then(|()| desk.write_taken())
            .and_then(|()| self.sort_in(desk, jobs.iter().any(|job| job.class() == Class::Admits)))
            .and_then(|()| desk.commit());
        if let Err(error) = done {
            desk.roll_back();
            return Err(error);
        }
        self.depth.apply(desk.change);
        self.commits.fetch_add(1, Ordering::Relaxed);
        let took = self.clock.monotonic().saturating_sub(begun);
        metrics::histogram!(COMMIT_SECONDS).record(took.as_secs_f64());
        metrics::histogram!(BATCH_JOBS).record(f64::from(u32::try_from(jobs.len()).unwrap_or(u32::MAX)));
        Ok(())
    }

    /// Not while room is short: no settlement may fail for what can wait.
    fn sort_in(&self, desk: &mut Desk<'_>, publishers_wait: bool) -> rusqlite::Result<()> {
        if self.is_short_of_room.get() {
            return Ok(());
        }
        desk.young.sort_some(publishers_wait)?;
        desk.arrivals.sort_some(desk.db, publishers_wait)
    }

    /// Copies the log into the database. What readers still hold, or what does not fit on the disk now, stays in the
    /// log and is copied the next time: nothing depends on it but the log's length.
    fn checkpoint(&self, mode: Mode) {
        match checkpoint::copy(&self.db, mode) {
            Ok(Some(left)) => self.wal_pages.store(left, Ordering::Relaxed),
            Ok(None) => tracing::debug!("the write-ahead log is being copied by another already"),
            Err(error) => tracing::warn!(%error, "the write-ahead log could not be copied into the database"),
        }
    }
}

fn fail_all(jobs: &mut Vec<Box<dyn Job>>, error: &Error) {
    for job in jobs.drain(..) {
        job.fail(error.clone());
    }
}

struct CloseOnDrop(Arc<Jobs>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
        self.0.clear();
    }
}
