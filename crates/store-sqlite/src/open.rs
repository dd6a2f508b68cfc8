//! Opening the store.

use std::cell::Cell;
use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use klingel_model::{Clock, Dice};
use klingel_store::sealing::Sealer;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use crate::checkpoint::Checkpointer;
use crate::depth::Depth;
use crate::inbox::Inbox;
use crate::migrate::{self, Migration};
use crate::numbers::Numbers;
use crate::open_error::OpenError;
use crate::readers;
use crate::room::Room;
use crate::rows::count_at;
use crate::store::SqliteStore;
use crate::writer::Writer;

/// Bytes of a page of a new database.
pub(crate) const PAGE_BYTES: u32 = 4096;
/// KiB of pages that the writer keeps in memory. More would not be faster: SQLite goes through all of them at commits, and
/// what falls out lies in the system's cache.
const WRITER_CACHE_KIB: i64 = 4 * 1024;
/// KiB of pages that each reader keeps in memory; what is read often lies in the system's cache as well.
const READER_CACHE_KIB: i64 = 4 * 1024;
/// The write-ahead log is cut back to this length once it has been copied. What is left is written over without the
/// file growing, which makes a commit cheaper.
const WAL_BYTES_KEPT: i64 = 32 * 1024 * 1024;
/// Prepared statements that each connection keeps: more than there are.
const STATEMENTS_KEPT: usize = 128;
/// Who a master key's test text is sealed for.
const CANARY: &[u8] = b"klingel master key canary";

/// How to open the store.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The database file; it is made if there is none. Two files more, `-wal` and `-shm`, lie beside it.
    pub path: PathBuf,
    /// Seals secrets and headers.
    pub sealer: Sealer,
    /// For the nonces of what is sealed.
    pub dice: Arc<dyn Dice>,
    /// For measuring commits.
    pub clock: Arc<dyn Clock>,
    /// Threads that read, at least 1.
    pub readers: usize,
    /// Verbs that may wait for the writer, and as many for the readers; more make their callers wait.
    pub queue_verbs_max: usize,
    /// How long to wait for another process that writes.
    pub busy_timeout: Duration,
    /// Largest size of the database; `None`: the disk's.
    pub size_bytes_max: Option<u64>,
    /// New messages are refused when the disk has fewer free bytes, so that the old ones can still be settled.
    pub free_bytes_min: u64,
    /// From so many first attempts on that lie in the order of messages, the oldest are sorted in by endpoint; from twice
    /// as many on while publishers wait. Whoever looks for those of an endpoint goes through all of them.
    pub young_deliveries_max: usize,
}

impl OpenOptions {
    /// The usual limits.
    pub fn new(path: PathBuf, sealer: Sealer, dice: Arc<dyn Dice>, clock: Arc<dyn Clock>) -> Self {
        Self {
            path,
            sealer,
            dice,
            clock,
            readers: 4,
            queue_verbs_max: 4096,
            busy_timeout: Duration::from_secs(5),
            size_bytes_max: None,
            free_bytes_min: 64 * 1024 * 1024,
            young_deliveries_max: 8192,
        }
    }
}

impl SqliteStore {
    /// Opens the store, brings its schema up to date and starts its threads. Blocks for some milliseconds.
    pub fn open(options: OpenOptions) -> Result<Self, OpenError> {
        let path = options.path.as_path();
        create_private(path).map_err(|error| OpenError::cannot_open(path, &error))?;
        let failed = |error| OpenError::from_sqlite(path, &error);
        let mut db = connect(&options).map_err(failed)?;
        set_up_file(&db).map_err(failed)?;
        migrate::run(&mut db).map_err(|error| OpenError::from_migrate(path, error))?;
        check_master_key(&db, &options)?;
        let pages_max = limit_size(&db, options.size_bytes_max).map_err(failed)?;
        let depth = Arc::new(Depth::count(&db).map_err(failed)?);
        let numbers = Numbers::load(&db).map_err(failed)?;
        let wal_pages = watch_wal(&mut db).map_err(failed)?;
        let connect_reader = |_| connect(&options).and_then(read_only);
        let readers: Vec<Connection> =
            (0..options.readers.max(1)).map(connect_reader).collect::<Result<_, _>>().map_err(failed)?;
        let checkpointer = connect(&options).map_err(failed)?;
        let checkpointer =
            Checkpointer::start(checkpointer).map_err(|error| OpenError::cannot_open(path, &error))?;
        let room = Room { folder: folder_of(path), free_bytes_min: options.free_bytes_min, pages_max };
        let OpenOptions { path, sealer, dice, clock, queue_verbs_max, young_deliveries_max, .. } = options;
        let jobs = Arc::new(Inbox::new(queue_verbs_max));
        let commits = Arc::new(AtomicU64::new(0));
        let writer = Writer {
            db,
            inbox: Arc::clone(&jobs),
            depth: Arc::clone(&depth),
            commits: Arc::clone(&commits),
            wal_pages,
            room,
            is_short_of_room: Cell::new(false),
            young_deliveries_max,
            clock,
        };
        let store = Self {
            jobs,
            reads: Arc::new(Inbox::new(queue_verbs_max)),
            depth,
            commits,
            sealer,
            dice,
            retire_from: AtomicI64::new(0),
            threads: Mutex::new(Vec::new()),
        };
        // Should a thread not start, the store's own drop ends those that did.
        for db in readers {
            let reads = Arc::clone(&store.reads);
            store.start("klingel-store-reader", &path, move || readers::run(&db, &reads))?;
        }
        store.start("klingel-store-writer", &path, move || writer.run(numbers, checkpointer))?;
        Ok(store)
    }

    fn start(&self, name: &str, path: &Path, run: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
        let thread = thread::Builder::new().name(name.to_owned()).spawn(run);
        let thread = thread.map_err(|error| OpenError::cannot_open(path, &error))?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }
}

/// The migrations that opening this database would run; all of them if there is no file yet.
pub fn pending(path: &Path) -> Result<Vec<Migration>, OpenError> {
    let db = if path.exists() {
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
    } else {
        Connection::open_in_memory()
    };
    let db = db.map_err(|error| OpenError::from_sqlite(path, &error))?;
    migrate::pending(&db).map_err(|error| OpenError::from_migrate(path, error))
}

/// Makes the file if there is none, for its owner's eyes only. SQLite gives its companions the same rights.
fn create_private(path: &Path) -> io::Result<()> {
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn connect(options: &OpenOptions) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(&options.path, flags)?;
    db.busy_timeout(options.busy_timeout)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    db.pragma_update(None, "foreign_keys", false)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // Mapped pages would count as this process's memory, and a broken disk would be a signal instead of an error.
    db.pragma_update(None, "mmap_size", 0)?;
    Ok(db)
}

/// What the writer's connection needs beyond the common settings. The page size only counts for a new file, and
/// must be set before the log's mode.
fn set_up_file(db: &Connection) -> rusqlite::Result<()> {
    db.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    db.pragma_update(None, "page_size", PAGE_BYTES)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "journal_size_limit", WAL_BYTES_KEPT)?;
    db.pragma_update(None, "secure_delete", "FAST")
}

/// Keeps a text sealed under the master key that the store was made with, so that another key is noticed at once and
/// not only when an endpoint's secret is needed.
fn check_master_key(db: &Connection, options: &OpenOptions) -> Result<(), OpenError> {
    let failed = |error| OpenError::from_sqlite(&options.path, &error);
    let fresh = options.sealer.seal(CANARY, CANARY, &*options.dice);
    db.execute("INSERT OR IGNORE INTO meta (name, value) VALUES ('canary', ?1)", [fresh]).map_err(failed)?;
    let kept: Option<Vec<u8>> = db
        .query_row("SELECT value FROM meta WHERE name = 'canary'", [], |row| row.get(0))
        .optional()
        .map_err(failed)?;
    match options.sealer.open(CANARY, &kept.unwrap_or_default()) {
        Ok(text) if text == CANARY => Ok(()),
        _ => Err(OpenError::WrongMasterKey { path: options.path.clone() }),
    }
}

fn limit_size(db: &Connection, size_bytes_max: Option<u64>) -> rusqlite::Result<Option<u64>> {
    let Some(bytes) = size_bytes_max else { return Ok(None) };
    let page_bytes: u64 = db.query_row("PRAGMA page_size", [], |row| count_at(row, 0))?;
    let pages = (bytes / page_bytes).max(1);
    db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| count_at(row, 0)).map(Some)
}

/// Counts the pages in the write-ahead log. The writer copies them itself, after it has answered its callers.
fn watch_wal(db: &mut Connection) -> rusqlite::Result<Arc<AtomicU32>> {
    let pages = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&pages);
    db.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages: std::ffi::c_int| {
        seen.store(pages.unsigned_abs(), Ordering::Relaxed);
        Ok(())
    }))?;
    Ok(pages)
}

fn read_only(db: Connection) -> rusqlite::Result<Connection> {
    db.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    db.pragma_update(None, "query_only", true)?;
    Ok(db)
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    /// An answer 2xx is a promise that survives a power cut, so every commit waits for the disk.
    #[test]
    fn commits_wait_for_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let db = Connection::open(folder.path().join("k.sqlite")).unwrap();
        super::set_up_file(&db).unwrap();
        let setting = |name: &str| db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, String>(0));
        let synchronous: i64 = db.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
        assert_eq!((synchronous, setting("journal_mode").unwrap().as_str()), (2, "wal"), "2 is FULL");
    }
}
