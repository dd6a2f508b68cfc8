//! Threads that read, each with its own connection, so that no async thread ever waits for the disk.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use crate::inbox::{Inbox, Taken, Waits};

/// A verb that reads.
pub(crate) type Read = Box<dyn FnOnce(&Connection) + Send>;

/// A thread without work is woken when work comes; every read is waited for.
const WAITS: Waits = Waits { idle: Duration::from_hours(1), company: Duration::ZERO, rest: Duration::ZERO };

/// Reads until the inbox is closed and empty.
pub(crate) fn run(db: &Connection, inbox: &Arc<Inbox<Read>>) {
    let mut reads = Vec::with_capacity(1);
    loop {
        match inbox.take(&mut reads, WAITS, |taken| taken.len() == 1) {
            Taken::Jobs => reads.drain(..).for_each(|read| read(db)),
            Taken::Idle => {}
            Taken::Closed => return,
        }
    }
}
