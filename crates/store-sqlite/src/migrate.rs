//! Bringing a database up to this program's schema.
//!
//! Migrations are numbered SQL files, each run once. Their checksums are kept in the database, so that a database
//! that was made by another history of files is noticed, and a newer one is left alone.

use std::fmt;

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

/// Written into the file's header: `Klgl` in ASCII. Tells a Klingel database from others.
const APPLICATION_ID: i64 = 0x4b6c_676c;

/// One step of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Its place, from 1.
    pub number: i64,
    /// Its name.
    pub name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "initial", sql: include_str!("../migrations/0001_initial.sql") },
    Migration { number: 2, name: "records", sql: include_str!("../migrations/0002_records.sql") },
    Migration { number: 3, name: "portal", sql: include_str!("../migrations/0003_portal.sql") },
    Migration { number: 4, name: "overview", sql: include_str!("../migrations/0004_overview.sql") },
    Migration { number: 5, name: "replay", sql: include_str!("../migrations/0005_replay.sql") },
    Migration { number: 6, name: "record spans", sql: include_str!("../migrations/0006_record_spans.sql") },
    Migration {
        number: 7,
        name: "message numbers",
        sql: include_str!("../migrations/0007_message_numbers.sql"),
    },
    Migration {
        number: 8,
        name: "attempt places",
        sql: include_str!("../migrations/0008_attempt_places.sql"),
    },
    Migration {
        number: 9,
        name: "young deliveries",
        sql: include_str!("../migrations/0009_young_deliveries.sql"),
    },
];

/// Why a database cannot be brought up to date.
#[derive(Debug)]
pub(crate) enum MigrateError {
    /// Another program's database.
    NotKlingel,
    /// Made by a newer program: the number of its schema.
    Newer(i64),
    /// This migration ran there with another text.
    Altered(&'static str),
    /// SQLite failed.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for MigrateError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04} {}", self.number, self.name)
    }
}

/// The migrations that have not run on this database.
pub(crate) fn pending(db: &Connection) -> Result<Vec<Migration>, MigrateError> {
    let application_id: i64 = db.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 && application_id == 0 {
        return Ok(MIGRATIONS.to_vec());
    }
    if application_id != APPLICATION_ID {
        return Err(MigrateError::NotKlingel);
    }
    let newest: i64 =
        db.query_row("SELECT coalesce(max(number), 0) FROM schema_migration", [], |row| row.get(0))?;
    if newest > MIGRATIONS.len().cast_signed() as i64 {
        return Err(MigrateError::Newer(newest));
    }
    let mut left = Vec::new();
    for migration in MIGRATIONS {
        let ran: Option<i64> = db
            .query_row("SELECT checksum FROM schema_migration WHERE number = ?1", [migration.number], |row| {
                row.get(0)
            })
            .optional()?;
        match ran {
            None => left.push(*migration),
            Some(known) if known == checksum(migration.sql) => {}
            Some(_) => return Err(MigrateError::Altered(migration.name)),
        }
    }
    Ok(left)
}

/// Runs what is pending, all or nothing. Two programs that open a new file at once run it once.
pub(crate) fn run(db: &mut Connection) -> Result<Vec<Migration>, MigrateError> {
    if pending(db)?.is_empty() {
        return Ok(Vec::new());
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let left = pending(&transaction)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_migration (
             number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT",
    )?;
    for migration in &left {
        transaction.execute_batch(migration.sql)?;
        transaction.execute(
            "INSERT INTO schema_migration (number, name, checksum) VALUES (?1, ?2, ?3)",
            params![migration.number, migration.name, checksum(migration.sql)],
        )?;
    }
    transaction.commit()?;
    Ok(left)
}

/// FNV-1a, 64 bits: against mistakes, not against malice.
fn checksum(text: &str) -> i64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_from_one_and_run_once() {
        assert!(MIGRATIONS.iter().zip(1..).all(|(migration, number)| migration.number == number));
        let mut db = Connection::open_in_memory().unwrap();
        assert_eq!(run(&mut db).unwrap().len(), MIGRATIONS.len());
        assert_eq!(run(&mut db).unwrap(), []);
    }

    #[test]
    fn strange_newer_and_altered_databases_are_left_alone() {
        let mut strange = Connection::open_in_memory().unwrap();
        strange.execute_batch("CREATE TABLE cake (id INTEGER)").unwrap();
        assert!(matches!(run(&mut strange), Err(MigrateError::NotKlingel)));
        let mut db = Connection::open_in_memory().unwrap();
        run(&mut db).unwrap();
        db.execute_batch("UPDATE schema_migration SET checksum = 1").unwrap();
        assert!(matches!(run(&mut db), Err(MigrateError::Altered("initial"))));
        db.execute_batch("INSERT INTO schema_migration VALUES (99, 'future', 1)").unwrap();
        assert!(matches!(run(&mut db), Err(MigrateError::Newer(99))));
    }
}
