//! Threads that read, each with its own connection, so that no async thread ever waits for the disk.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use crate::inbox::{Inbox, Taken};

/// A verb that reads.
pub(crate) type Read = Box<dyn FnOnce(&Connection) + Send>;

/// How long a thread without work sleeps at most; it is woken when work comes.
const SLEEP_MAX: Duration = Duration::from_hours(1);

/// Reads until the inbox is closed and empty.
pub(crate) fn run(db: &Connection, inbox: &Arc<Inbox<Read>>) {
    let mut reads = Vec::with_capacity(1);
    loop {
        match inbox.take(&mut reads, SLEEP_MAX, |taken| taken.len() == 1) {
            Taken::Jobs => reads.drain(..).for_each(|read| read(db)),
            Taken::Idle => {}
            Taken::Closed => return,
        }
    }
}
