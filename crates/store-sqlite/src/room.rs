//! Refusing new messages while there is still room to settle the old ones.
//!
//! On a disk that is full to the last byte not even a deletion can be written, because it goes through the log. So
//! a reserve is kept: admissions are refused while it is all that is left.

use std::path::PathBuf;

use klingel_store::Error;
use rusqlite::Connection;

use crate::rows::count_at;

/// Of a store whose size is limited, one page in so many is kept for settling.
const RESERVE_PARTS: u64 = 16;
/// Fewest pages that are kept for settling.
const RESERVE_PAGES_MIN: u64 = 64;

/// What is left for new messages.
#[derive(Debug)]
pub(crate) struct Room {
    /// A folder on the store's disk.
    pub(crate) folder: PathBuf,
    /// Admissions are refused when the disk has less.
    pub(crate) free_bytes_min: u64,
    /// Largest size of the database in pages, if it is limited.
    pub(crate) pages_max: Option<u64>,
}

impl Room {
    /// `Full` when a new message would eat into the reserve.
    pub(crate) fn check(&self, db: &Connection) -> Result<(), Error> {
        if let Some(pages_max) = self.pages_max
            // A count that cannot be read says nothing; SQLite itself will refuse what does not fit.
            && let Ok(used) = used_pages(db)
            && used + (pages_max / RESERVE_PARTS).max(RESERVE_PAGES_MIN) > pages_max
        {
            return Err(Error::Full(
                "its own limit of size is nearly reached; raise store_size_bytes_max, or shorten the retention"
                    .to_owned(),
            ));
        }
        match rustix::fs::statvfs(&self.folder) {
            Ok(disk) if disk.f_bavail.saturating_mul(disk.f_frsize) < self.free_bytes_min => {
                Err(Error::Full(format!(
                    "its disk has fewer than {} free bytes; free space, or lower store_free_bytes_min",
                    self.free_bytes_min
                )))
            }
            _ => Ok(()),
        }
    }
}

fn used_pages(db: &Connection) -> rusqlite::Result<u64> {
    let pragma = |sql| db.prepare_cached(sql)?.query_row([], |row| count_at(row, 0));
    Ok(pragma("PRAGMA page_count")?.saturating_sub(pragma("PRAGMA freelist_count")?))
}
