//! Attempts added up by time.

mod add;
mod latency;

use klingel_model::Micros;
use klingel_store::stats::{
    Resolution, STAT_DELTAS_MAX, STAT_SLOTS_MAX, Stat, StatDelta, StatOwner, Statistics,
};
use klingel_store::{Error, Verb};
use rusqlite::{Connection, params};

use crate::fault::Fault;
use crate::job::Class;
use crate::rows::count_at;
use crate::store::SqliteStore;
use crate::upkeep::sql_limit;

/// `owner_kind` of an endpoint; the same number as in `erasing`.
pub(crate) const OF_ENDPOINT: i64 = 0;
/// `owner_kind` of an application; the same number as in `erasing`.
pub(crate) const OF_APPLICATION: i64 = 1;
/// `owner_kind` of an environment.
const OF_ENVIRONMENT: i64 = 2;
/// Rows that an addition touches: two resolutions, and for most of them the endpoint alone.
const ROWS_PER_DELTA: usize = 3;

impl Statistics for SqliteStore {
    fn add_stats(&self, deltas: Vec<StatDelta>) -> Verb<'_, ()> {
        if deltas.len() > STAT_DELTAS_MAX {
            return Box::pin(async { Err(Error::Limit("stat_deltas_max", STAT_DELTAS_MAX as u64)) });
        }
        self.write(Class::Changes, deltas.len() * ROWS_PER_DELTA, move |db, _| add::add(db, &deltas))
    }

    fn stats(
        &self,
        owner: StatOwner,
        resolution: Resolution,
        from: Micros,
        until: Micros,
    ) -> Verb<'_, Vec<(Micros, Stat)>> {
        self.read(move |db| list(db, owner, resolution, from, until))
    }

    fn retire_stats(&self, resolution: Resolution, before: Micros, limit: usize) -> Verb<'_, u64> {
        self.write(Class::Settles, limit, move |db, _| {
            let mut retire = db.prepare_cached(
                "DELETE FROM stat WHERE (owner_kind, owner, resolution_s, slot_s) IN
                     (SELECT owner_kind, owner, resolution_s, slot_s FROM stat
                      WHERE resolution_s = ?1 AND slot_s < ?2 ORDER BY slot_s LIMIT ?3)",
            )?;
            Ok(retire.execute(params![seconds(resolution), slot_s_from(before), sql_limit(limit)])? as u64)
        })
    }
}

fn list(
    db: &Connection,
    owner: StatOwner,
    resolution: Resolution,
    from: Micros,
    until: Micros,
) -> Result<Vec<(Micros, Stat)>, Fault> {
    let (kind, id) = key(owner);
    let lives = match owner {
        StatOwner::Environment(_) => "SELECT 1 FROM environment WHERE id = ?1",
        StatOwner::Application(_) => "SELECT 1 FROM application WHERE id = ?1",
        StatOwner::Endpoint(_) => "SELECT 1 FROM endpoint WHERE id = ?1",
    };
    if !db.prepare_cached(lives)?.exists([id])? {
        return Ok(Vec::new());
    }
    let mut statement = db.prepare_cached(
        "SELECT slot_s, delivered, failed, latency FROM stat
         WHERE owner_kind = ?1 AND owner = ?2 AND resolution_s = ?3 AND slot_s >= ?4 AND slot_s < ?5
         ORDER BY slot_s DESC LIMIT ?6",
    )?;
    let bounds = params![
        kind,
        id,
        seconds(resolution),
        slot_s_from(from),
        slot_s_from(until),
        sql_limit(STAT_SLOTS_MAX)
    ];
    let mut slots = statement
        .query_and_then(bounds, |row| {
            let stat = Stat {
                delivered: count_at(row, 1)?,
                failed: count_at(row, 2)?,
                latency: latency::read(row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?)?,
            };
            Ok::<_, Fault>((Micros::from_unix_us(row.get::<_, i64>(0)?.saturating_mul(1_000_000)), stat))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    slots.reverse();
    Ok(slots)
}

/// Removes slots of a deleted owner, `OF_ENDPOINT` or `OF_APPLICATION`, at most `limit`. Gives how many.
pub(crate) fn erase(db: &Connection, owner_kind: i64, owner: [u8; 16], limit: u64) -> rusqlite::Result<u64> {
    let mut erase = db.prepare_cached(
        "DELETE FROM stat WHERE owner_kind = ?1 AND owner = ?2 AND (resolution_s, slot_s) IN
             (SELECT resolution_s, slot_s FROM stat WHERE owner_kind = ?1 AND owner = ?2 LIMIT ?3)",
    )?;
    Ok(erase.execute(params![owner_kind, owner, limit.cast_signed()])? as u64)
}

fn key(owner: StatOwner) -> (i64, [u8; 16]) {
    match owner {
        StatOwner::Endpoint(id) => (OF_ENDPOINT, id.to_bytes()),
        StatOwner::Application(id) => (OF_APPLICATION, id.to_bytes()),
        StatOwner::Environment(id) => (OF_ENVIRONMENT, id.to_bytes()),
    }
}

fn seconds(resolution: Resolution) -> i64 {
    resolution.span().as_secs().cast_signed()
}

/// The first whole second at or after an instant: slots begin at whole seconds.
fn slot_s_from(at: Micros) -> i64 {
    at.as_unix_s() + i64::from(at.as_unix_us().rem_euclid(1_000_000) > 0)
}
