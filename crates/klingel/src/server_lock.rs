//! One server per store: two would each send everything.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Holds the store for this process. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

impl ServerLock {
    /// Takes the store at this path, or says that another server has it.
    ///
    /// The lock is on a file of its own: SQLite loses its locks when its own file is opened and closed beside it.
    pub fn take(store: &Path) -> Result<Self, Failure> {
        let mut name = OsString::from(store);
        name.push(".lock");
        let path = PathBuf::from(name);
        let unusable = |error: &dyn std::fmt::Display| {
            Failure::new(format!(
                "{} cannot be locked: {error}; the store's folder must exist and be writable",
                path.display()
            ))
        };
        let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = opened.map_err(|error| unusable(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Failure::new(format!(
                "another server runs on the store {}; stop it first, or name another store with --store",
                store.display()
            ))),
            Err(TryLockError::Error(error)) => Err(unusable(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ServerLock;

    #[test]
    fn only_one_holds_it_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("k.sqlite");
        let first = ServerLock::take(&store).unwrap();
        assert!(ServerLock::take(&store).unwrap_err().to_string().contains("another server"));
        drop(first);
        assert!(ServerLock::take(&store).is_ok());
        assert!(!store.exists());
    }
}
