//! The attempts of an endpoint, in the order of their ids: what is sorted in and what has arrived since, as one list.

use std::iter::Peekable;

use klingel_model::EndpointId;
use klingel_store::Order;
use rusqlite::{CachedStatement, Connection, Row, params};

use super::bounds::{Bounds, word};
use crate::fault::Fault;
use crate::place::{Place, places};
use crate::rows::attempt;

/// The places of the attempts of an endpoint between two bounds.
pub(crate) struct Places<'db> {
    endpoint_id: EndpointId,
    bounds: Bounds,
    order: Order,
    arrived: Vec<Place>,
    sorted: CachedStatement<'db>,
}

impl<'db> Places<'db> {
    /// What has arrived is read here, before what is sorted in. Sorting in moves places from the one to the other: one
    /// that is seen twice is given once, but one that was seen nowhere would be missing.
    pub(crate) fn of(
        db: &'db Connection,
        endpoint_id: EndpointId,
        bounds: Bounds,
        order: Order,
    ) -> Result<Self, Fault> {
        let mut arrived = arrived(db, |place| is_inside(place, endpoint_id, &bounds))?;
        if order == Order::Descending {
            arrived.reverse();
        }
        let sorted = db.prepare_cached(&sql(order))?;
        Ok(Self { endpoint_id, bounds, order, arrived, sorted })
    }

    /// All of them in order, read as far as they are asked for.
    pub(crate) fn walk(&mut self) -> Result<impl Iterator<Item = Result<Place, Fault>> + '_, Fault> {
        let Self { endpoint_id, bounds, order, arrived, sorted } = self;
        let from = |bound: &[u8]| [&endpoint_id.to_bytes()[..], bound].concat();
        let span = params![from(&bounds.low), from(&bounds.high)];
        let rows = sorted.query_and_then(span, |row| Ok(Place::from_bytes(row.get(0)?)))?;
        // SQLite's lower bound lets the attempt in that has the bound's own id.
        let sorted =
            rows.filter(|place| place.as_ref().map_or(true, |place| is_inside(place, *endpoint_id, bounds)));
        let arrived = arrived.iter().copied().peekable();
        Ok(Merged { arrived, sorted: sorted.peekable(), order: *order })
    }
}

pub(crate) fn sql(order: Order) -> String {
    format!("SELECT place FROM attempt_place WHERE place > ?1 AND place < ?2 ORDER BY place {}", word(order))
}

fn is_inside(place: &Place, endpoint_id: EndpointId, bounds: &Bounds) -> bool {
    let id = place.id().to_bytes();
    place.endpoint_id() == endpoint_id && id[..] > bounds.low[..] && id[..] < bounds.high[..]
}

/// What has arrived and is wanted, in ascending order.
fn arrived(db: &Connection, is_wanted: impl Fn(&Place) -> bool) -> Result<Vec<Place>, Fault> {
    let mut found = Vec::new();
    let mut statement = db.prepare_cached("SELECT places FROM attempt_arrival")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let batch = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        found.extend(places(batch).filter(&is_wanted));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Reads the rows that places lead to.
pub(crate) struct RowAt<'db>(CachedStatement<'db>);

impl<'db> RowAt<'db> {
    pub(crate) fn new(db: &'db Connection) -> Result<Self, Fault> {
        let sql = format!("SELECT {} FROM attempt WHERE message_id = ?1 AND id = ?2", attempt::COLUMNS);
        Ok(Self(db.prepare_cached(&sql)?))
    }

    /// What `read` makes of the row; nothing if it has been removed since its place was read.
    pub(crate) fn read<T>(
        &mut self,
        place: Place,
        read: impl FnOnce(&Row<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>, Fault> {
        let mut rows = self.0.query(params![place.message_id().to_bytes(), place.id().to_bytes()])?;
        rows.next()?.map_or(Ok(None), read)
    }
}

/// Two lists in the same order as one, in which nothing is twice.
struct Merged<A: Iterator<Item = Place>, S: Iterator<Item = Result<Place, Fault>>> {
    arrived: Peekable<A>,
    sorted: Peekable<S>,
    order: Order,
}

impl<A: Iterator<Item = Place>, S: Iterator<Item = Result<Place, Fault>>> Iterator for Merged<A, S> {
    type Item = Result<Place, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let (arrived, sorted) = match (self.arrived.peek(), self.sorted.peek()) {
            (Some(arrived), Some(Ok(sorted))) => (arrived, sorted),
            (Some(_), None) => return self.arrived.next().map(Ok),
            (_, _) => return self.sorted.next(),
        };
        if arrived == sorted {
            self.arrived.next();
            return self.sorted.next();
        }
        let arrived_first = match self.order {
            Order::Ascending => arrived < sorted,
            Order::Descending => arrived > sorted,
        };
        if arrived_first { self.arrived.next().map(Ok) } else { self.sorted.next() }
    }
}
