//! The embedded store: SQLite with one writer thread, group commit and many readers.
//!
//! # How it works
//!
//! A verb that writes becomes a job in a bounded queue. The writer's thread takes all jobs that are queued, runs them in
//! one `BEGIN IMMEDIATE … COMMIT` and answers their callers after the commit: a hundred publishers share one wait
//! for the disk, and a single one waits for nobody. Inside a job everything is checked before anything is written, so
//! that a refusal (`Taken`, `Gone`, `Changed`, `KeyReused`, `Limit`) leaves nothing behind and its neighbours go on.
//! When SQLite itself fails, the commit is rolled back and its jobs are tried one by one, settlements before
//! admissions, so that only the guilty ones fail.
//!
//! A verb that reads goes to one of a few reader threads, each with a connection of its own; the write-ahead log lets
//! them read while the writer writes.
//!
//! # Where things are
//!
//! - `open`, `migrate`: the file, its settings, its schema
//! - `writer`, `job`, `inbox`, `desk`, `insertion`, `living`, `numbers`, `room`: the writer's thread
//! - `place`, `arrivals`: how attempts are found by their endpoint
//! - `checkpoint`: the thread that copies the write-ahead log into the database
//! - `readers`: the readers' threads
//! - `intake`, `queue`, `settle`, `catalog`, `reader`, `access`, `stats`, `upkeep`: the verbs, as in the crate `klingel-store`
//! - `rows`: rows and the nouns they stand for
//!
//! The tables and the reasons for them are in `docs/decisions/0002-sqlite-layout.md`.

mod access;
mod arrivals;
mod catalog;
mod checkpoint;
mod depth;
mod desk;
mod fault;
mod inbox;
mod insertion;
mod intake;
mod job;
mod living;
mod migrate;
mod numbers;
mod open;
mod open_error;
mod place;
mod queue;
mod reader;
mod readers;
mod records;
mod replay;
mod room;
mod rows;
mod runs;
mod settle;
mod stats;
mod store;
mod upkeep;
mod writer;
mod young;

pub use migrate::Migration;
pub use open::{OpenOptions, pending};
pub use open_error::OpenError;
pub use store::SqliteStore;

/// Tells the metrics recorder what this crate's metrics mean. Call it once, after the recorder is installed.
pub fn describe_metrics() {
    metrics::describe_histogram!(writer::BATCH_JOBS, "Verbs that shared one commit");
    metrics::describe_histogram!(
        writer::COMMIT_SECONDS,
        metrics::Unit::Seconds,
        "Time of a commit, from its first statement until it was durable"
    );
}
