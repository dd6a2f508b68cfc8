//! Refusing new messages while there is still room to settle the old ones.
//!
//! On a disk that is full to the last byte not even a deletion can be written, because it goes through the log. So
//! a reserve is kept: admissions are refused while it is all that is left.

use std::path::PathBuf;

use klingel_store::Error;
use rusqlite::Connection;

use crate::open::PAGE_BYTES;
use crate::rows::count_at;

/// Of a store whose size is limited, one page in so many is kept for settling.
const RESERVE_PARTS: u64 = 16;
/// Fewest pages that are kept for settling.
const RESERVE_PAGES_MIN: u64 = 64;

/// Where new messages find room.
#[derive(Debug)]
pub(crate) struct Room {
    /// A folder on the store's disk.
    pub(crate) folder: PathBuf,
    /// Admissions are refused when the disk and the database's free pages together have less.
    pub(crate) free_bytes_min: u64,
    /// Largest size of the database in pages, if it is limited.
    pub(crate) pages_max: Option<u64>,
}

/// How much is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// More than the reserve.
    Enough,
    /// The disk has only the reserve, but the database has free pages that it can use again.
    Little,
}

impl Room {
    /// `Full` when a new message would eat into the reserve. The database may still have to grow by what the log
    /// holds.
    pub(crate) fn check(&self, db: &Connection, pages_in_log: u32) -> Result<Left, Error> {
        // A number that cannot be read says nothing; SQLite itself will refuse what does not fit.
        if let Some(pages_max) = self.pages_max
            && let (Ok(all), Ok(free)) = (pragma(db, "PRAGMA page_count"), free_pages(db))
            && all.saturating_sub(free) + (pages_max / RESERVE_PARTS).max(RESERVE_PAGES_MIN) > pages_max
        {
            return Err(Error::Full(
                "its own limit of size is nearly reached; raise store_size_bytes_max, or shorten the retention"
                    .to_owned(),
            ));
        }
        let Ok(disk) = rustix::fs::statvfs(&self.folder) else { return Ok(Left::Enough) };
        let on_disk = disk.f_bavail.saturating_mul(disk.f_frsize);
        let wanted = self.free_bytes_min.saturating_add(u64::from(pages_in_log) * u64::from(PAGE_BYTES));
        if on_disk >= wanted {
            return Ok(Left::Enough);
        }
        let inside = free_pages(db).unwrap_or(0).saturating_mul(u64::from(PAGE_BYTES));
        if on_disk.saturating_add(inside) >= wanted {
            return Ok(Left::Little);
        }
        Err(Error::Full(format!(
            "its disk has no room beyond the reserve store_free_bytes_min = {}; free space, or lower it",
            self.free_bytes_min
        )))
    }
}

/// Pages in the database that hold nothing and are used again before it grows.
fn free_pages(db: &Connection) -> rusqlite::Result<u64> {
    pragma(db, "PRAGMA freelist_count")
}

fn pragma(db: &Connection, sql: &str) -> rusqlite::Result<u64> {
    db.prepare_cached(sql)?.query_row([], |row| count_at(row, 0))
}
