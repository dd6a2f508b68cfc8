//! Copying the write-ahead log into the database.
//!
//! While it grows, a thread of its own copies it beside the commits, which go on; a copy of the whole log between two
//! commits would hold every publisher up for tens of milliseconds. What has been added meanwhile is a small rest, and
//! that the writer copies itself between two commits, because the log can only begin anew when nothing is left in it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

/// Most times that the thread goes over what was added while it copied.
const ROUNDS_MAX: usize = 4;
/// So few pages are left to the writer.
const REST_PAGES: u32 = 128;

/// Nobody has asked.
const RESTING: u8 = 0;
/// The thread is at it.
const COPYING: u8 = 1;
/// Only a rest is left.
const COPIED: u8 = 2;

/// How to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// What nobody reads any more.
    Passive,
    /// Everything, and cut the log off.
    Truncate,
}

/// Copies the log as far as `mode` allows. Pages that are left in it; `None` if another copies at this moment.
pub(crate) fn copy(db: &Connection, mode: Mode) -> rusqlite::Result<Option<u32>> {
    let sql = match mode {
        Mode::Passive => "PRAGMA wal_checkpoint(PASSIVE)",
        Mode::Truncate => "PRAGMA wal_checkpoint(TRUNCATE)",
    };
    db.prepare_cached(sql)?.query_row([], |row| {
        let (busy, in_log, copied): (bool, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let left = u32::try_from(in_log.saturating_sub(copied)).unwrap_or(0);
        Ok((!busy || in_log >= 0).then_some(left))
    })
}

/// The thread that copies, as the writer holds it.
#[derive(Debug)]
pub(crate) struct Checkpointer {
    /// `None` once it has been told to end.
    asks: Option<SyncSender<()>>,
    stage: Arc<AtomicU8>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the thread on a connection of its own.
    pub(crate) fn start(db: Connection) -> io::Result<Self> {
        let (asks, asked) = sync_channel(1);
        let stage = Arc::new(AtomicU8::new(RESTING));
        let thread = {
            let stage = Arc::clone(&stage);
            thread::Builder::new()
                .name("klingel-store-log".to_owned())
                .spawn(move || run(&db, &asked, &stage))?
        };
        Ok(Self { asks: Some(asks), stage, thread: Some(thread) })
    }

    /// Has the log copied beside the commits, unless that is under way.
    pub(crate) fn ask(&self) {
        let begins =
            self.stage.compare_exchange(RESTING, COPYING, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if begins && let Some(asks) = &self.asks {
            // Full or closed cannot be: there is one ask at a time, and the thread ends last.
            let _ = asks.try_send(());
        }
    }

    /// Whether only a rest is left since somebody asked; says so once.
    pub(crate) fn take_copied(&self) -> bool {
        self.stage.compare_exchange(COPIED, RESTING, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.asks = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that copies the write-ahead log ended by a panic");
        }
    }
}

fn run(db: &Connection, asked: &Receiver<()>, stage: &AtomicU8) {
    while asked.recv().is_ok() {
        for _ in 0..ROUNDS_MAX {
            match copy(db, Mode::Passive) {
                Ok(Some(left)) if left > REST_PAGES => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(%error, "the write-ahead log could not be copied into the database");
                    break;
                }
            }
        }
        stage.store(COPIED, Ordering::Release);
    }
}
