//! Adding up. What a verb brings is added up by owner and slot first, so that an application's row is written once for
//! all its endpoints.

use std::collections::BTreeMap;

use klingel_model::{AppId, EnvironmentId};
use klingel_store::stats::{Resolution, Stat, StatDelta, StatOwner};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{key, latency, seconds};
use crate::fault::Fault;
use crate::rows::{count_at, id};

/// Owner, resolution and beginning of the slot in seconds.
type Slot = (StatOwner, Resolution, i64);

pub(super) fn add(db: &Connection, deltas: &[StatDelta]) -> Result<(), Fault> {
    let mut environments: BTreeMap<AppId, Option<EnvironmentId>> = BTreeMap::new();
    let mut sums: BTreeMap<Slot, Stat> = BTreeMap::new();
    for delta in deltas {
        let environment_id = if let Some(known) = environments.get(&delta.app_id) {
            *known
        } else {
            let found = environment_of(db, delta.app_id)?;
            environments.insert(delta.app_id, found);
            found
        };
        let Some(environment_id) = environment_id else { continue };
        let mut owners = vec![StatOwner::Environment(environment_id), StatOwner::Application(delta.app_id)];
        if lives(db, delta)? {
            owners.push(StatOwner::Endpoint(delta.endpoint_id));
        }
        for owner in owners {
            for resolution in Resolution::ALL {
                let slot = (owner, resolution, resolution.slot_of(delta.at).as_unix_s());
                sums.entry(slot).or_default().merge(&delta.stat);
            }
        }
    }
    sums.into_iter().try_for_each(|(slot, stat)| write(db, slot, stat))
}

fn environment_of(db: &Connection, app_id: AppId) -> Result<Option<EnvironmentId>, Fault> {
    let mut statement = db.prepare_cached("SELECT environment_id FROM application WHERE id = ?1")?;
    Ok(statement.query_row([app_id.to_bytes()], |row| id(row, 0)).optional()?)
}

fn lives(db: &Connection, delta: &StatDelta) -> Result<bool, Fault> {
    let mut statement = db.prepare_cached("SELECT 1 FROM endpoint WHERE id = ?1 AND app_id = ?2")?;
    Ok(statement.exists(params![delta.endpoint_id.to_bytes(), delta.app_id.to_bytes()])?)
}

fn write(db: &Connection, (owner, resolution, slot_s): Slot, mut stat: Stat) -> Result<(), Fault> {
    let (kind, owner) = key(owner);
    let mut known = db.prepare_cached(
        "SELECT delivered, failed, latency FROM stat
         WHERE owner_kind = ?1 AND owner = ?2 AND resolution_s = ?3 AND slot_s = ?4",
    )?;
    let mut rows = known.query(params![kind, owner, seconds(resolution), slot_s])?;
    if let Some(row) = rows.next()? {
        // A damaged row must not fail the whole commit: it begins anew.
        let latency = latency::read(row.get_ref(2)?.as_blob().unwrap_or_default()).unwrap_or_default();
        stat.merge(&Stat { delivered: count_at(row, 0)?, failed: count_at(row, 1)?, latency });
    }
    drop(rows);
    db.prepare_cached(
        "INSERT OR REPLACE INTO stat (owner_kind, owner, resolution_s, slot_s, delivered, failed, latency)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        kind,
        owner,
        seconds(resolution),
        slot_s,
        stat.delivered.cast_signed(),
        stat.failed.cast_signed(),
        latency::write(&stat.latency),
    ])?;
    Ok(())
}
