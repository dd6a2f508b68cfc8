//! Settling: an attempt is added and its delivery goes, or gets a time for the next one.
//!
//! The happy path adds a [young](crate::young) delivery and removes it again. Among the others a delivery's stage is part
//! of its key; what failed moves to the stage of retries, which the index by due time holds. So first attempts of an
//! endpoint are found at once, however many retries lie beside them.

use klingel_model::{DeliveryKey, EndpointId, Micros, Trigger};
use klingel_store::{HealthChange, Outcome, Settlement};
use rusqlite::{Connection, params};

use crate::depth::Change;
use crate::desk::Desk;
use crate::fault::Fault;
use crate::insertion::Kept;
use crate::rows::attempt::Recorder;
use crate::runs;
use crate::young::{Ended, Young};

/// No attempt yet.
pub(crate) const STAGE_FIRST: i64 = 0;
/// A scheduled retry.
pub(crate) const STAGE_RETRY: i64 = 1;
/// Asked for by hand.
pub(crate) const STAGE_MANUAL: i64 = 2;

/// Removes a delivery of a stage.
pub(crate) const REMOVE: &str =
    "DELETE FROM delivery WHERE endpoint_id = ?1 AND stage = ?2 AND message_seq = ?3";

/// Records a batch of settlements.
pub(crate) fn settle(desk: &mut Desk<'_>, settlements: &[Settlement]) -> Result<(), Fault> {
    let mut removed = vec![false; settlements.len()];
    remove_young(desk, settlements, &mut removed)?;
    runs::remove(desk, settlements, &mut removed)?;
    let mut recorder = Recorder::default();
    for (settlement, removed) in settlements.iter().zip(removed) {
        let was_owed = removed || end_or_postpone(desk, settlement)?;
        if was_owed && let Some(health) = &settlement.health {
            change_health(desk.db, settlement.key.endpoint_id, health)?;
        }
        if let Some(attempt) = &settlement.attempt {
            // A message is never removed before what is owed of it: nobody needs to look it up.
            recorder.note(desk.db, attempt, settlement.key.message_seq, was_owed)?;
        }
    }
    let attempts = recorder.write(&mut desk.hot)?;
    Ok(desk.arrivals.arrive(desk.db, &attempts)?)
}

/// Removes young deliveries that end with their first attempt, and notes at their places that they were removed.
fn remove_young(
    desk: &mut Desk<'_>,
    settlements: &[Settlement],
    removed: &mut [bool],
) -> rusqlite::Result<()> {
    let ends = settlements.iter().enumerate().filter(|(_, settlement)| ends_at_first(settlement));
    let mut ended: Vec<_> = ends
        .map(|(place, Settlement { key, .. })| Ended {
            message_seq: key.message_seq,
            endpoint_id: key.endpoint_id,
            place,
        })
        .collect();
    ended.sort_unstable();
    let count = desk.young.remove_all(&ended, removed)?;
    desk.change.first_attempts -= i64::try_from(count).unwrap_or(0);
    Ok(())
}

/// Whether the delivery goes, and is looked for in the first stage.
pub(crate) fn ends_at_first(settlement: &Settlement) -> bool {
    settlement.key.trigger == Trigger::Schedule
        && begins_in_first_stage(number_of(settlement))
        && match settlement.outcome {
            Outcome::Delivered | Outcome::GivenUp | Outcome::Dropped => true,
            Outcome::Retry(_) => false,
        }
}

/// `false` if the delivery was settled before.
fn end_or_postpone(desk: &mut Desk<'_>, settlement: &Settlement) -> rusqlite::Result<bool> {
    let Settlement { key, outcome, .. } = settlement;
    let number = number_of(settlement);
    let (db, change) = (desk.db, &mut desk.change);
    let mut deliveries = Deliveries { young: &mut desk.young, remove: &mut desk.hot.remove, change };
    let was_owed = match outcome {
        Outcome::Retry(at) => postpone(db, &mut deliveries, key, number, *at)?,
        Outcome::Delivered | Outcome::GivenUp | Outcome::Dropped => deliveries.end(key, number)?,
    };
    if was_owed && *outcome == Outcome::Delivered && key.trigger == Trigger::Manual {
        deliveries.end(&DeliveryKey { trigger: Trigger::Schedule, ..*key }, None)?;
    }
    Ok(was_owed)
}

/// The number of the attempt that is settled.
fn number_of(settlement: &Settlement) -> Option<u32> {
    settlement.attempt.as_ref().map(|attempt| attempt.number)
}

/// Whether a delivery that has had so many attempts is looked for in the first stage first.
fn begins_in_first_stage(number: Option<u32>) -> bool {
    number.is_none_or(|number| number <= 1)
}

/// The deliveries of the open transaction.
struct Deliveries<'a, 'db> {
    young: &'a mut Young<'db>,
    remove: &'a mut Kept<'db>,
    change: &'a mut Change,
}

impl Deliveries<'_, '_> {
    /// `false` if there is none in this stage.
    fn remove(&mut self, key: &DeliveryKey, stage: i64) -> rusqlite::Result<bool> {
        if stage == STAGE_FIRST && self.young.remove(key.message_seq, key.endpoint_id)? {
            return Ok(true);
        }
        let remove = self.remove.statement()?;
        remove.raw_bind_parameter(1, key.endpoint_id.to_bytes())?;
        remove.raw_bind_parameter(2, stage)?;
        remove.raw_bind_parameter(3, key.message_seq.0)?;
        Ok(remove.raw_execute()? > 0)
    }

    /// Removes a delivery; `false` if it was settled before. `number` only tells in which stage to look first.
    fn end(&mut self, key: &DeliveryKey, number: Option<u32>) -> rusqlite::Result<bool> {
        let stages: &[i64] = match key.trigger {
            Trigger::Manual => &[STAGE_MANUAL],
            Trigger::Schedule if begins_in_first_stage(number) => &[STAGE_FIRST, STAGE_RETRY],
            Trigger::Schedule => &[STAGE_RETRY, STAGE_FIRST],
        };
        for stage in stages {
            if self.remove(key, *stage)? {
                count_removed(*stage, self.change);
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Takes a removed delivery of this stage out of the depth.
pub(crate) fn count_removed(stage: i64, change: &mut Change) {
    if stage == STAGE_FIRST {
        change.first_attempts -= 1;
    } else {
        change.retries -= 1;
    }
}

/// Gives a delivery its next time; `false` if it was settled before.
fn postpone(
    db: &Connection,
    deliveries: &mut Deliveries<'_, '_>,
    key: &DeliveryKey,
    number: Option<u32>,
    at: Micros,
) -> rusqlite::Result<bool> {
    let stage = if key.trigger == Trigger::Manual { STAGE_MANUAL } else { STAGE_RETRY };
    let endpoint_id = key.endpoint_id.to_bytes();
    if stage == STAGE_RETRY && begins_in_first_stage(number) && deliveries.remove(key, STAGE_FIRST)? {
        db.prepare_cached(
            "INSERT INTO delivery (endpoint_id, stage, message_seq, attempts, due_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![endpoint_id, stage, key.message_seq.0, number.unwrap_or(0), at.as_unix_us()])?;
        deliveries.change.first_attempts -= 1;
        deliveries.change.retries += 1;
        return Ok(true);
    }
    let updated = db
        .prepare_cached(
            "UPDATE delivery SET attempts = coalesce(?4, attempts), due_at = ?5
             WHERE endpoint_id = ?1 AND stage = ?2 AND message_seq = ?3",
        )?
        .execute(params![endpoint_id, stage, key.message_seq.0, number, at.as_unix_us()])?;
    Ok(updated > 0)
}

fn change_health(db: &Connection, id: EndpointId, health: &HealthChange) -> rusqlite::Result<()> {
    let id = id.to_bytes();
    match health {
        HealthChange::FailingSince(at) => db
            .prepare_cached("UPDATE endpoint SET failing_since = ?2 WHERE id = ?1")?
            .execute(params![id, at.as_unix_us()]),
        HealthChange::Recovered => {
            db.prepare_cached("UPDATE endpoint SET failing_since = NULL WHERE id = ?1")?.execute([id])
        }
        // The row's version must change, so that somebody who edits the endpoint at this moment notices.
        HealthChange::Disabled { failing_since, at, reason } => db
            .prepare_cached(
                "UPDATE endpoint SET disabled = 1, failing_since = ?2, disabled_at = ?3, disabled_reason = ?4,
                     updated_at = max(?3, updated_at + 1) WHERE id = ?1",
            )?
            .execute(params![id, failing_since.as_unix_us(), at.as_unix_us(), reason]),
    }?;
    Ok(())
}
