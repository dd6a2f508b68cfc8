//! Places of attempts that are not sorted in yet.
//!
//! Each batch of attempts writes its places in one piece. When many are there, they are sorted in a few at a time with
//! the commits that come: then places of the same endpoint share a page, where one by one each would change another.

use klingel_model::{Attempt, MessageId};
use rusqlite::Connection;

use crate::insertion::{Insertion, Kept};
use crate::place::{PLACE_BYTES, Place, places};

/// So many places are sorted in at once. A list of an endpoint's attempts reads all that have arrived: 3 MiB, which the
/// system's memory gives in a millisecond.
const SORTED_AT_ONCE: usize = 65_536;
/// Most that are read at once, in times of that.
const TIMES_AT_ONCE_MAX: usize = 4;
/// At least so many of them with each commit that no publisher waits for.
const SORTED_PER_COMMIT_MIN: usize = 64;
/// And at most so many, however many have come.
const SORTED_PER_COMMIT_MAX: usize = 4096;

/// What the writer knows of the places that have arrived.
#[derive(Debug)]
pub(crate) struct Arrivals<'db> {
    /// Counted at the beginning, and again after a rollback or when another process has written.
    known: Option<Known>,
    /// What is being sorted in.
    sorting: Option<Sorting>,
    /// How many came since some were sorted in last.
    added: usize,
    /// [`SORTED_AT_ONCE`].
    sorted_at_once: usize,
    arrive: Kept<'db>,
    sort_in: Insertion<'db>,
}

/// What has arrived since the last sorting began.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    places: usize,
    /// The earliest message among theirs.
    earliest: Option<MessageId>,
}

#[derive(Debug)]
struct Sorting {
    places: Vec<Place>,
    sorted_in: usize,
    earliest: Option<MessageId>,
    /// The number of the last batch among them.
    last_batch: i64,
}

impl<'db> Arrivals<'db> {
    /// Nothing is known yet.
    pub(crate) fn new(db: &'db Connection) -> Self {
        Self {
            known: None,
            sorting: None,
            added: 0,
            sorted_at_once: SORTED_AT_ONCE,
            arrive: Kept::new(db, "INSERT INTO attempt_arrival (places) VALUES (?1)"),
            sort_in: Insertion::new(db, "INSERT OR IGNORE INTO attempt_place (place)", "(?)", 1),
        }
    }

    /// What is in the store may be something else by now.
    pub(crate) fn forget(&mut self) {
        (self.known, self.sorting, self.added) = (None, None, 0);
    }

    /// Writes the places of a batch of attempts.
    pub(crate) fn arrive(&mut self, db: &Connection, attempts: &[&Attempt]) -> rusqlite::Result<()> {
        if attempts.is_empty() {
            return Ok(());
        }
        let mut batch = Vec::with_capacity(attempts.len() * PLACE_BYTES);
        for attempt in attempts {
            batch.extend_from_slice(Place::of(attempt).bytes());
        }
        let mut known = self.known(db)?;
        let arrive = self.arrive.statement()?;
        arrive.raw_bind_parameter(1, &*batch)?;
        arrive.raw_execute()?;
        arrive.clear_bindings();
        known.take_in(attempts.iter().map(|attempt| attempt.message_id), attempts.len());
        self.known = Some(known);
        self.added += attempts.len();
        Ok(())
    }

    /// Sorts some in, when there are many: to be done at the end of each transaction. While publishers wait for it, it
    /// does not begin to before there are a quarter more, and sorts nothing in unless some came with the same commit.
    pub(crate) fn sort_some(&mut self, db: &Connection, publishers_wait: bool) -> rusqlite::Result<()> {
        let added = std::mem::take(&mut self.added);
        let (late, at_least) =
            if publishers_wait { (self.sorted_at_once / 4, 0) } else { (0, SORTED_PER_COMMIT_MIN) };
        if self.sorting.is_none() && self.known(db)?.places >= self.sorted_at_once + late {
            self.begin(db)?;
        }
        // A little faster than they come: much faster would make commits slow for a while, slower would never be done.
        self.sort_in(db, (added + added / 4).clamp(at_least, SORTED_PER_COMMIT_MAX))
    }

    /// Sorts all in that may be of this message, so that its places can be removed from where they are sorted in.
    pub(crate) fn sort_message(&mut self, db: &Connection, id: MessageId) -> rusqlite::Result<()> {
        let begins_before = |earliest: Option<MessageId>| earliest.is_some_and(|earliest| earliest <= id);
        if self.sorting.as_ref().is_some_and(|sorting| begins_before(sorting.earliest)) {
            self.sort_in(db, usize::MAX)?;
        }
        while begins_before(self.known(db)?.earliest) {
            self.sort_in(db, usize::MAX)?;
            self.begin(db)?;
            self.sort_in(db, usize::MAX)?;
        }
        Ok(())
    }

    fn known(&mut self, db: &Connection) -> rusqlite::Result<Known> {
        if let Some(known) = self.known {
            return Ok(known);
        }
        let mut known = Known::default();
        for_each_batch(db, |_, batch| {
            let places: Vec<_> = places(batch).collect();
            known.take_in(places.iter().map(Place::message_id), places.len());
            Ok(true)
        })?;
        self.known = Some(known);
        Ok(known)
    }

    fn begin(&mut self, db: &Connection) -> rusqlite::Result<()> {
        let known = self.known(db)?;
        // More than that have come while room was short: memory takes them in several rounds.
        let most = TIMES_AT_ONCE_MAX * self.sorted_at_once;
        let (mut found, mut last_batch) = (Vec::with_capacity(known.places.min(most)), 0);
        for_each_batch(db, |seq, batch| {
            last_batch = seq;
            found.extend(places(batch));
            Ok(found.len() < most)
        })?;
        let left = known.places.saturating_sub(found.len());
        found.sort_unstable();
        self.sorting = Some(Sorting { places: found, sorted_in: 0, earliest: known.earliest, last_batch });
        self.known = Some(if left == 0 { Known::default() } else { Known { places: left, ..known } });
        Ok(())
    }

    fn sort_in(&mut self, db: &Connection, count_max: usize) -> rusqlite::Result<()> {
        let Some(sorting) = &mut self.sorting else { return Ok(()) };
        let left = &sorting.places[sorting.sorted_in..];
        let now = &left[..left.len().min(count_max)];
        self.sort_in.run(now, |insert, first, place| insert.raw_bind_parameter(first, &place.bytes()[..]))?;
        sorting.sorted_in += now.len();
        if sorting.sorted_in == sorting.places.len() {
            db.prepare_cached("DELETE FROM attempt_arrival WHERE seq <= ?1")?
                .execute([sorting.last_batch])?;
            self.sorting = None;
        }
        Ok(())
    }
}

impl Known {
    fn take_in(&mut self, messages: impl Iterator<Item = MessageId>, count: usize) {
        self.places += count;
        self.earliest = self.earliest.into_iter().chain(messages).min();
    }
}

/// Goes over the batches in the order in which they came, until `each` has enough.
fn for_each_batch(
    db: &Connection,
    mut each: impl FnMut(i64, &[u8]) -> rusqlite::Result<bool>,
) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached("SELECT seq, places FROM attempt_arrival ORDER BY seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if !each(row.get(0)?, row.get_ref(1)?.as_blob()?)? {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
