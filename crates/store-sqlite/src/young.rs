//! Young deliveries: first attempts that lie in the order of messages.
//!
//! What a message owes is written beside each other, and most of it is gone within a moment. By endpoint each row would
//! change a page of its own. What stays is sorted in among the deliveries of its endpoint when many are there.

use klingel_model::{EndpointId, MessageSeq};
use rusqlite::{Connection, Statement, params};

use crate::insertion::{Insertion, Kept};
use crate::rows::id;
use crate::upkeep::sql_limit;

/// At least so many are sorted in at once, and what else the last message among them owes. Several share a page of their
/// endpoint; more would make a commit long, and a publisher may come and wait for it.
const SORTED_AT_ONCE_MIN: usize = 64;
/// Fewer rows side by side are removed one by one.
const RUN_MIN: usize = 4;
/// Rows further apart, by their messages' numbers, are looked for separately.
const GAP_MAX: i64 = 64;

/// The walk from one row to another.
const WALK: &str = "SELECT message_seq, endpoint_id FROM young_delivery
     WHERE (message_seq, endpoint_id) >= (?1, ?2) AND (message_seq, endpoint_id) <= (?3, ?4)
     ORDER BY message_seq, endpoint_id";
/// Removes all from one row to another.
const REMOVE_RUN: &str = "DELETE FROM young_delivery
     WHERE (message_seq, endpoint_id) >= (?1, ?2) AND (message_seq, endpoint_id) <= (?3, ?4)";

/// A delivery of the first stage, and its place among what is settled with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ended {
    pub(crate) message_seq: MessageSeq,
    pub(crate) endpoint_id: EndpointId,
    pub(crate) place: usize,
}

impl Ended {
    fn key(&self) -> (MessageSeq, EndpointId) {
        (self.message_seq, self.endpoint_id)
    }
}

/// What the writer knows of young deliveries.
#[derive(Debug)]
pub(crate) struct Young<'db> {
    db: &'db Connection,
    /// How many there are. Counted at the beginning, and again after a rollback or when another process has written.
    count: Option<usize>,
    /// From so many on, some are sorted in.
    count_max: usize,
    add: Insertion<'db>,
    remove: Kept<'db>,
    walk: Kept<'db>,
    remove_run: Kept<'db>,
}

impl<'db> Young<'db> {
    /// Nothing is known yet.
    pub(crate) fn new(db: &'db Connection, count_max: usize) -> Self {
        // A number is never given twice, so a delivery that is there already was asked for twice by one message.
        let add = "INSERT OR IGNORE INTO young_delivery (message_seq, endpoint_id)";
        let remove = "DELETE FROM young_delivery WHERE message_seq = ?1 AND endpoint_id = ?2";
        Self {
            db,
            count: None,
            count_max,
            add: Insertion::new(db, add, "(?, ?)", 2),
            remove: Kept::new(db, remove),
            walk: Kept::new(db, WALK),
            remove_run: Kept::new(db, REMOVE_RUN),
        }
    }

    /// What is in the store may be something else by now.
    pub(crate) fn forget(&mut self) {
        self.count = None;
    }

    /// Writes what messages owe, in the table's order. Gives how many were not there already.
    pub(crate) fn add(&mut self, owed: &[(MessageSeq, EndpointId)]) -> rusqlite::Result<usize> {
        let added = self.add.run(owed, |insert, first, (seq, endpoint_id)| {
            insert.raw_bind_parameter(first, seq.0)?;
            insert.raw_bind_parameter(first + 1, endpoint_id.to_bytes())
        })?;
        self.count = self.count.map(|count| count + added);
        Ok(added)
    }

    /// Removes one; `false` if it is not here.
    pub(crate) fn remove(&mut self, seq: MessageSeq, endpoint_id: EndpointId) -> rusqlite::Result<bool> {
        let remove = self.remove.statement()?;
        remove.raw_bind_parameter(1, seq.0)?;
        remove.raw_bind_parameter(2, endpoint_id.to_bytes())?;
        let is_removed = remove.raw_execute()? > 0;
        self.count = self.count.map(|known| known.saturating_sub(usize::from(is_removed)));
        Ok(is_removed)
    }

    /// Removes at most `limit` of an endpoint. Gives the numbers of their messages.
    pub(crate) fn remove_of(
        &mut self,
        endpoint_id: EndpointId,
        limit: u64,
    ) -> rusqlite::Result<Vec<MessageSeq>> {
        let id = endpoint_id.to_bytes();
        let mut remove = self.db.prepare_cached(
            "DELETE FROM young_delivery WHERE endpoint_id = ?1 AND message_seq IN
                 (SELECT message_seq FROM young_delivery WHERE endpoint_id = ?1 LIMIT ?2) RETURNING message_seq",
        )?;
        let removed: Vec<_> = remove
            .query_map(params![id, limit.cast_signed()], |row| row.get(0).map(MessageSeq))?
            .collect::<Result<_, _>>()?;
        self.count = self.count.map(|known| known.saturating_sub(removed.len()));
        Ok(removed)
    }

    /// Removes those that are here, and notes at their places that they were. They come in their order.
    pub(crate) fn remove_all(&mut self, ended: &[Ended], removed: &mut [bool]) -> rusqlite::Result<usize> {
        let mut count = 0;
        for near in ended.chunk_by(|one, next| next.message_seq.0 - one.message_seq.0 <= GAP_MAX) {
            let runs = if near.len() < RUN_MIN { near.chunks(1).collect() } else { self.runs(near)? };
            for run in runs {
                count += self.remove_in(run, removed)?;
            }
        }
        Ok(count)
    }

    /// Sorts the oldest in among the deliveries of their endpoints until few are left: to be done at the end of each
    /// transaction. While publishers wait for it, twice as many may be left.
    pub(crate) fn sort_some(&mut self, publishers_wait: bool) -> rusqlite::Result<()> {
        let left_max = if publishers_wait { self.count_max.saturating_mul(2) } else { self.count_max };
        while let Some(more) = self.count()?.checked_sub(left_max) {
            let sorted = self.sort_oldest(more.max(SORTED_AT_ONCE_MIN.min(self.count_max)))?;
            self.count = self.count.map(|known| known.saturating_sub(sorted));
            if sorted == 0 {
                self.forget();
                break;
            }
        }
        Ok(())
    }

    /// Sorts so many in, and what else the last message among them owes. Gives how many.
    fn sort_oldest(&mut self, count: usize) -> rusqlite::Result<usize> {
        let db = self.db;
        let last: Option<i64> = db
            .prepare_cached(
                "SELECT max(message_seq) FROM (SELECT message_seq FROM young_delivery
                     ORDER BY message_seq, endpoint_id LIMIT ?1)",
            )?
            .query_row([sql_limit(count)], |row| row.get(0))?;
        db.prepare_cached(
            "INSERT OR IGNORE INTO delivery (endpoint_id, stage, message_seq, attempts)
             SELECT endpoint_id, 0, message_seq, 0 FROM young_delivery WHERE message_seq <= ?1
             ORDER BY endpoint_id, message_seq",
        )?
        .execute([last])?;
        db.prepare_cached("DELETE FROM young_delivery WHERE message_seq <= ?1")?.execute([last])
    }

    fn count(&mut self) -> rusqlite::Result<usize> {
        if let Some(count) = self.count {
            return Ok(count);
        }
        let mut statement = self.db.prepare_cached("SELECT count(*) FROM young_delivery")?;
        let count: i64 = statement.query_row([], |row| row.get(0))?;
        Ok(*self.count.insert(usize::try_from(count).unwrap_or(usize::MAX)))
    }

    /// Runs of the wanted rows that are here, with no other row between those of a run.
    fn runs<'a>(&mut self, wanted: &'a [Ended]) -> rusqlite::Result<Vec<&'a [Ended]>> {
        let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else { return Ok(Vec::new()) };
        let walk = self.walk.statement()?;
        bind_span(walk, first, last)?;
        let (mut runs, mut rows) = (Vec::new(), walk.raw_query());
        let (mut next, mut run) = (0, 0..0);
        while let Some(row) = rows.next()? {
            let found = (MessageSeq(row.get(0)?), id(row, 1)?);
            let gone = wanted[next..].partition_point(|ended| ended.key() < found);
            let is_wanted = wanted.get(next + gone).is_some_and(|ended| ended.key() == found);
            if (gone > 0 || !is_wanted) && !run.is_empty() {
                runs.push(&wanted[run]);
                run = 0..0;
            }
            next += gone;
            if is_wanted {
                run = if run.is_empty() { next } else { run.start }..next + 1;
                next += 1;
            }
        }
        runs.push(&wanted[run]);
        Ok(runs)
    }

    /// Removes a run, or as many of its rows as are here when it is short.
    fn remove_in(&mut self, run: &[Ended], removed: &mut [bool]) -> rusqlite::Result<usize> {
        let mut count = 0;
        if run.len() < RUN_MIN {
            for ended in run {
                let is_removed = self.remove(ended.message_seq, ended.endpoint_id)?;
                removed[ended.place] = is_removed;
                count += usize::from(is_removed);
            }
            return Ok(count);
        }
        if let (Some(first), Some(last)) = (run.first(), run.last()) {
            let remove = self.remove_run.statement()?;
            bind_span(remove, first, last)?;
            count = remove.raw_execute()?;
            self.count = self.count.map(|known| known.saturating_sub(count));
            for ended in run {
                removed[ended.place] = true;
            }
        }
        Ok(count)
    }
}

fn bind_span(statement: &mut Statement<'_>, first: &Ended, last: &Ended) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(1, first.message_seq.0)?;
    statement.raw_bind_parameter(2, first.endpoint_id.to_bytes())?;
    statement.raw_bind_parameter(3, last.message_seq.0)?;
    statement.raw_bind_parameter(4, last.endpoint_id.to_bytes())
}

#[cfg(test)]
mod tests;
