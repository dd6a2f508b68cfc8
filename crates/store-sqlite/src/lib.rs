//! The embedded store: SQLite with one writer thread, group commit and many readers.
