//! What the writer has at hand: its connection, the statements of the way of a message, and what it remembers from one
//! transaction to the next.
//!
//! Messages of one transaction are written together at its end, or before a job that has to see them: many rows by one
//! statement cost a tenth less than one by one.

use std::sync::Arc;

use klingel_model::{EndpointId, Message, MessageSeq};
use rusqlite::Connection;

use crate::arrivals::Arrivals;
use crate::depth::Change;
use crate::insertion::{Insertion, Kept};
use crate::living::Living;
use crate::numbers::Numbers;
use crate::rows::{attempt, message};
use crate::young::Young;
use crate::{runs, settle};

/// The writer's desk. What is seldom needed is prepared through the connection's own memory of statements.
#[derive(Debug)]
pub(crate) struct Desk<'db> {
    /// The connection.
    pub(crate) db: &'db Connection,
    /// What the open transaction does to the queue's depth.
    pub(crate) change: Change,
    /// Who is known to live.
    pub(crate) living: Living,
    /// Places of attempts that are not sorted in.
    pub(crate) arrivals: Arrivals<'db>,
    /// First attempts that lie in the order of messages.
    pub(crate) young: Young<'db>,
    numbers: Numbers,
    /// Messages that are not written yet, and what they owe.
    messages: Vec<(MessageSeq, Arc<Message>)>,
    owed: Vec<(MessageSeq, EndpointId)>,
    /// The statements of the way of a message.
    pub(crate) hot: Hot<'db>,
}

impl<'db> Desk<'db> {
    /// An empty desk.
    pub(crate) fn new(db: &'db Connection, numbers: Numbers, young_max: usize) -> Self {
        Self {
            db,
            change: Change::default(),
            living: Living::default(),
            arrivals: Arrivals::new(db),
            young: Young::new(db, young_max),
            numbers,
            messages: Vec::new(),
            owed: Vec::new(),
            hot: Hot::new(db),
        }
    }

    /// Opens a transaction, and forgets what another process may have changed.
    pub(crate) fn begin(&mut self) -> rusqlite::Result<()> {
        self.change = Change::default();
        self.hot.begin.statement()?.execute([])?;
        let elsewhere = self.hot.elsewhere.statement()?.query_row([], |row| row.get(0))?;
        if self.living.notice(elsewhere) {
            self.arrivals.forget();
            self.young.forget();
        }
        Ok(())
    }

    /// Takes a message to be written, and those of the endpoints that live to be owed it. Gives its number.
    pub(crate) fn take(
        &mut self,
        message: &Arc<Message>,
        endpoints: &[EndpointId],
    ) -> rusqlite::Result<MessageSeq> {
        let seq = self.numbers.next(self.db)?;
        for id in endpoints {
            // The fan-out was made from a cache that may be a moment old.
            if self.living.has_endpoint(self.db, message.app_id, *id)? {
                self.owed.push((seq, *id));
            }
        }
        self.messages.push((seq, Arc::clone(message)));
        Ok(seq)
    }

    /// Writes what was taken, so that the next statement sees it.
    pub(crate) fn write_taken(&mut self) -> rusqlite::Result<()> {
        if self.messages.is_empty() {
            return Ok(());
        }
        let insert = self.hot.message.statement()?;
        for (seq, taken) in self.messages.drain(..) {
            message::bind(insert, seq, &taken)?;
            insert.raw_execute()?;
        }
        // Payloads may be large.
        insert.clear_bindings();
        // In the order of the table's key, all of them follow each other at its end.
        self.owed.sort_unstable();
        let owed = self.young.add(&self.owed)?;
        self.owed.clear();
        self.change.first_attempts += i64::try_from(owed).unwrap_or(0);
        Ok(())
    }

    /// Makes the transaction durable, as far as what was taken [is written](Self::write_taken).
    pub(crate) fn commit(&mut self) -> rusqlite::Result<()> {
        self.hot.commit.statement()?.execute([]).map(drop)
    }

    /// Undoes the transaction, if SQLite has not done so itself.
    pub(crate) fn roll_back(&mut self) {
        self.messages.clear();
        self.owed.clear();
        self.living.forget();
        self.arrivals.forget();
        self.young.forget();
        self.numbers.rolled_back();
        if !self.db.is_autocommit()
            && let Err(error) = self.db.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a rollback failed; the next commit will say so again");
        }
    }
}

/// Statements that run for every message or commit.
#[derive(Debug)]
pub(crate) struct Hot<'db> {
    begin: Kept<'db>,
    elsewhere: Kept<'db>,
    commit: Kept<'db>,
    /// One row at a time: for several, SQLite would copy each page first that it writes to, because a number that is no
    /// number could make a statement fail half-way.
    message: Kept<'db>,
    /// Removes a delivery of a stage.
    pub(crate) remove: Kept<'db>,
    /// How many deliveries there are in a run.
    pub(crate) count_run: Kept<'db>,
    /// Removes all of them.
    pub(crate) remove_run: Kept<'db>,
    /// Attempts that succeeded, which leave the last columns empty.
    pub(crate) successes: Insertion<'db>,
    /// All other attempts.
    pub(crate) attempts: Insertion<'db>,
}

impl<'db> Hot<'db> {
    fn new(db: &'db Connection) -> Self {
        let kept = |sql| Kept::new(db, sql);
        Self {
            begin: kept("BEGIN IMMEDIATE"),
            elsewhere: kept("PRAGMA data_version"),
            commit: kept("COMMIT"),
            message: kept(message::INSERT),
            remove: kept(settle::REMOVE),
            count_run: kept(runs::COUNT),
            remove_run: kept(runs::REMOVE),
            successes: insertion(db, "INSERT OR IGNORE INTO", "attempt", attempt::INSERTED_OF_SUCCESS),
            attempts: insertion(db, "INSERT OR IGNORE INTO", "attempt", &attempt::INSERTED),
        }
    }
}

fn insertion<'db>(db: &'db Connection, verb: &str, table: &str, columns: &[&str]) -> Insertion<'db> {
    let into = format!("{verb} {table} ({})", columns.join(", "));
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    Insertion::new(db, &into, &row, columns.len())
}
