//! What the writer has at hand: its connection, the statements of the way of a message, and what it remembers from one
//! transaction to the next.

use klingel_model::{Message, MessageSeq};
use rusqlite::{Connection, Statement};

use crate::depth::Change;
use crate::intake::OWE;
use crate::living::Living;
use crate::numbers::Numbers;
use crate::rows::attempt::{INSERTS, INSERTS_COUNT};
use crate::rows::message;
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
    /// The numbers of messages that are left.
    pub(crate) numbers: Numbers,
    /// The statements of the way of a message.
    pub(crate) hot: Hot<'db>,
}

impl<'db> Desk<'db> {
    /// An empty desk.
    pub(crate) fn new(db: &'db Connection, numbers: Numbers) -> Self {
        Self { db, change: Change::default(), living: Living::default(), numbers, hot: Hot::new(db) }
    }

    /// Opens a transaction, and forgets what another process may have changed.
    pub(crate) fn begin(&mut self) -> rusqlite::Result<()> {
        self.change = Change::default();
        self.hot.begin.statement()?.execute([])?;
        let elsewhere = self.hot.elsewhere.statement()?.query_row([], |row| row.get(0))?;
        self.living.notice(elsewhere);
        Ok(())
    }

    /// Makes the transaction durable.
    pub(crate) fn commit(&mut self) -> rusqlite::Result<()> {
        self.hot.commit.statement()?.execute([]).map(drop)
    }

    /// Writes a message under the next number.
    pub(crate) fn insert_message(&mut self, message: &Message) -> rusqlite::Result<MessageSeq> {
        let seq = self.numbers.next(self.db)?;
        message::insert(self.hot.message.statement()?, seq, message)?;
        Ok(seq)
    }

    /// Undoes the transaction, if SQLite has not done so itself.
    pub(crate) fn roll_back(&mut self) {
        self.living.forget();
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
    /// A message.
    pub(crate) message: Kept<'db>,
    /// What it owes, as [`OWE`] has them.
    pub(crate) owe: [Kept<'db>; OWE.len()],
    /// A delivery that goes.
    pub(crate) remove_one: Kept<'db>,
    /// How many there are in a run of numbers.
    pub(crate) count_run: Kept<'db>,
    /// All of them.
    pub(crate) remove_run: Kept<'db>,
    /// Attempts, as [`INSERTS`] has them.
    pub(crate) attempts: [Kept<'db>; INSERTS_COUNT],
}

impl<'db> Hot<'db> {
    fn new(db: &'db Connection) -> Self {
        let kept = |sql| Kept { db, sql, statement: None };
        Self {
            begin: kept("BEGIN IMMEDIATE"),
            elsewhere: kept("PRAGMA data_version"),
            commit: kept("COMMIT"),
            message: kept(message::INSERT),
            owe: OWE.map(|(_, sql)| kept(sql)),
            remove_one: kept(settle::REMOVE_ONE),
            count_run: kept(runs::COUNT_RUN),
            remove_run: kept(runs::REMOVE_RUN),
            attempts: std::array::from_fn(|number| kept(&INSERTS[number])),
        }
    }
}

/// A statement that is prepared when it is needed first, and kept. To look it up each time by its text costs as much
/// as to insert a row.
#[derive(Debug)]
pub(crate) struct Kept<'db> {
    db: &'db Connection,
    sql: &'static str,
    statement: Option<Statement<'db>>,
}

impl<'db> Kept<'db> {
    /// The statement.
    pub(crate) fn statement(&mut self) -> rusqlite::Result<&mut Statement<'db>> {
        if self.statement.is_none() {
            self.statement = Some(self.db.prepare(self.sql)?);
        }
        self.statement.as_mut().ok_or(rusqlite::Error::InvalidQuery)
    }
}
