//! Why the store cannot be opened, for the person who starts it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::migrate::MigrateError;

/// Why the store cannot be opened. Each text says what to do.
#[derive(Debug)]
pub enum OpenError {
    /// The file cannot be opened or made.
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The file is no Klingel database.
    NotKlingel {
        /// The file.
        path: PathBuf,
    },
    /// The database was made by a newer Klingel.
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// The number of its schema.
        number: i64,
    },
    /// The database was made by a Klingel whose migration of this name was another one.
    AlteredMigration {
        /// The file.
        path: PathBuf,
        /// The migration.
        name: &'static str,
    },
    /// The secrets in the database were sealed under another master key.
    WrongMasterKey {
        /// The file.
        path: PathBuf,
    },
    /// Another process holds the file's lock.
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        why: String,
    },
}

impl OpenError {
    pub(crate) fn cannot_open(path: &Path, error: &io::Error) -> Self {
        Self::CannotOpen { path: path.to_owned(), why: error.to_string() }
    }

    pub(crate) fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let (path, why) = (path.to_owned(), error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotKlingel { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, why },
            _ => Self::CannotOpen { path, why },
        }
    }

    pub(crate) fn from_migrate(path: &Path, error: MigrateError) -> Self {
        let owned = path.to_owned();
        match error {
            MigrateError::NotKlingel => Self::NotKlingel { path: owned },
            MigrateError::Newer(number) => Self::NewerSchema { path: owned, number },
            MigrateError::Altered(name) => Self::AlteredMigration { path: owned, name },
            MigrateError::Sqlite(error) => Self::from_sqlite(path, &error),
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CannotOpen { path, why } => write!(
                f,
                "the store {} cannot be opened: {why}; check that its folder exists and can be written",
                path.display()
            ),
            Self::NotKlingel { path } => write!(
                f,
                "{} is not a Klingel database; name another file in the setting store",
                path.display()
            ),
            Self::NewerSchema { path, number } => write!(
                f,
                "the store {} has schema {number}, which is newer than this program; start a newer Klingel",
                path.display()
            ),
            Self::AlteredMigration { path, name } => write!(
                f,
                "the store {} was made with another migration {name:?}; start the Klingel that made it",
                path.display()
            ),
            Self::WrongMasterKey { path } => write!(
                f,
                "the secrets in the store {} were sealed under another master key; check the setting master_key_file",
                path.display()
            ),
            Self::Locked { path } => write!(
                f,
                "another process holds the lock of the store {}; stop it, or try again",
                path.display()
            ),
            Self::Damaged { path, why } => {
                write!(f, "the store {} is damaged: {why}; restore it from a backup", path.display())
            }
        }
    }
}

impl std::error::Error for OpenError {}
