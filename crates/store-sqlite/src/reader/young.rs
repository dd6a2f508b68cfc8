//! Deliveries that still lie in the order of messages ([`crate::young`]), as readers see them: those of an endpoint are
//! found by going through all.

use std::collections::BTreeMap;
use std::ops::Bound;

use klingel_model::EndpointId;
use rusqlite::{CachedStatement, Connection, OptionalExtension as _};

use crate::rows::id;

/// How many of an endpoint there are.
pub(crate) const COUNT: &str = "SELECT count(*) FROM young_delivery WHERE endpoint_id = ?1";
/// When the earliest message among those of an endpoint was accepted.
pub(crate) const EARLIEST: &str =
    "SELECT m.created_at FROM young_delivery y CROSS JOIN message m ON m.seq = y.message_seq
     WHERE y.endpoint_id = ?1 ORDER BY y.message_seq LIMIT 1";

/// The next endpoint to which anything is owed that lies by endpoint.
const NEXT: &str = "SELECT endpoint_id FROM delivery WHERE endpoint_id > ?1 ORDER BY endpoint_id LIMIT 1";

/// Goes from one endpoint for which anything waits to the next, by one search each.
pub(crate) struct WaitingEndpoints<'db> {
    next: CachedStatement<'db>,
    /// How many young ones each has.
    young: BTreeMap<EndpointId, u64>,
    behind: Option<EndpointId>,
}

impl<'db> WaitingEndpoints<'db> {
    /// Begins behind this endpoint.
    pub(crate) fn behind(db: &'db Connection, behind: Option<EndpointId>) -> rusqlite::Result<Self> {
        let mut young = BTreeMap::new();
        let mut statement = db.prepare_cached("SELECT endpoint_id FROM young_delivery")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            *young.entry(id(row, 0)?).or_default() += 1;
        }
        Ok(Self { next: db.prepare_cached(NEXT)?, young, behind })
    }

    /// The next endpoint, and how many young deliveries it has.
    pub(crate) fn next(&mut self) -> rusqlite::Result<Option<(EndpointId, u64)>> {
        let behind: Vec<u8> = self.behind.map(|id| id.to_bytes().to_vec()).unwrap_or_default();
        let sorted_in: Option<EndpointId> = self.next.query_row([behind], |row| id(row, 0)).optional()?;
        let from = self.behind.map_or(Bound::Unbounded, Bound::Excluded);
        let young = self.young.range((from, Bound::Unbounded)).next().map(|(id, _)| *id);
        let found = [sorted_in, young].into_iter().flatten().min();
        self.behind = found.or(self.behind);
        Ok(found.map(|id| (id, self.young.get(&id).copied().unwrap_or(0))))
    }
}
