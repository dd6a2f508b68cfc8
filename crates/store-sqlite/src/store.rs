//! The store as its callers hold it.

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use klingel_model::Dice;
use klingel_store::sealing::Sealer;
use klingel_store::{Error, Verb};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::depth::{Change, Depth};
use crate::desk::Desk;
use crate::fault::Fault;
use crate::inbox::{Haste, Inbox};
use crate::job::{Class, Task};
use crate::readers::Read;
use crate::writer::Jobs;

/// The embedded store. Share it in an [`Arc`]; the last one who lets go of it closes it.
pub struct SqliteStore {
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) reads: Arc<Inbox<Read>>,
    pub(crate) depth: Arc<Depth>,
    pub(crate) commits: Arc<AtomicU64>,
    pub(crate) sealer: Sealer,
    pub(crate) dice: Arc<dyn Dice>,
    /// Behind which message the search for old ones goes on.
    pub(crate) retire_from: AtomicI64,
    /// The readers' threads, then the writer's.
    pub(crate) threads: Mutex<Vec<JoinHandle<()>>>,
}

impl SqliteStore {
    /// Commits since the store was opened.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Takes no more verbs in, finishes those that were taken in, copies the log into the database and ends the
    /// threads. Blocks for that long; a second call does nothing. Verbs that come later give
    /// [`Error::Unavailable`].
    pub fn close(&self) {
        self.reads.close();
        self.jobs.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the store ended by a panic");
            }
        }
    }

    /// Has the writer do `work` in a commit that it shares with others.
    pub(crate) fn write<'a, T: Send + 'a + 'static>(
        &'a self,
        class: Class,
        rows: usize,
        mut work: impl FnMut(&Connection, &mut Change) -> Result<T, Fault> + Send + 'static,
    ) -> Verb<'a, T> {
        self.write_at_desk(Haste::Urgent, class, rows, move |desk| work(desk.db, &mut desk.change))
    }

    /// The same with everything that the writer has at hand. For an admission, what was taken before it in the same
    /// transaction may not be written yet. A patient one waits a moment for others before it makes a commit by itself.
    pub(crate) fn write_at_desk<'a, T: Send + 'a + 'static>(
        &'a self,
        haste: Haste,
        class: Class,
        rows: usize,
        work: impl FnMut(&mut Desk<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Verb<'a, T> {
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            let job = Box::new(Task { class, rows, work, result: None, reply });
            self.jobs.put(job, haste).await.map_err(|_| closed())?;
            answer.await.map_err(|_| closed())?
        })
    }

    /// Has a reader do `work`.
    pub(crate) fn read<'a, T: Send + 'a + 'static>(
        &'a self,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Verb<'a, T> {
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            let read: Read = Box::new(move |db| {
                // Nobody waits any more: spare the disk.
                if !reply.is_closed() {
                    let _ = reply.send(work(db).map_err(Error::from));
                }
            });
            self.reads.put(read, Haste::Urgent).await.map_err(|_| closed())?;
            answer.await.map_err(|_| closed())?
        })
    }
}

fn closed() -> Error {
    Error::Unavailable("the store is closed".to_owned())
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("commits", &self.commits()).finish_non_exhaustive()
    }
}
