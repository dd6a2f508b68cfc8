//! Why a job did nothing: refused by a rule, or failed by SQLite.

use klingel_store::Error;
use rusqlite::ErrorCode;

/// Why a job did nothing.
#[derive(Debug)]
pub(crate) enum Fault {
    /// By a rule of the store. The job has written nothing, so that its neighbours in the same commit go on.
    Refused(Error),
    /// By SQLite. What the job wrote so far must be rolled back, and with it the whole commit.
    Sqlite(rusqlite::Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(error) => error,
            Fault::Sqlite(error) => store_error(&error),
        }
    }
}

/// A row that cannot be: `table`, and what is wrong.
pub(crate) fn corrupt(table: &str, what: impl std::fmt::Display) -> Fault {
    Fault::Refused(Error::Corrupt(format!("table {table}: {what}")))
}

/// Whether another process holds the lock.
pub(crate) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// What a caller can do about SQLite's error. SQLite's texts name tables, columns and causes, never values.
pub(crate) fn store_error(error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Full(
            "the disk, or the store's own limit of size; free space, or raise the limit".to_owned(),
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::Unavailable("another process holds the store's lock; it is tried again".to_owned())
        }
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::OutOfMemory
            | ErrorCode::OperationInterrupted,
        ) => Error::Unavailable(format!("the store's file cannot be read or written: {error}")),
        _ => Error::Corrupt(error.to_string()),
    }
}
