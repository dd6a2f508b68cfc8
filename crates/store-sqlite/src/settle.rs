//! Settling: an attempt is added and its delivery goes, or gets a time for the next one.
//!
//! A delivery's stage is part of its key. The happy path adds a row of the first stage and removes it again, and no
//! index but the key's own is touched; only what failed moves to the stage of retries, which the index by due time
//! holds. So first attempts of an endpoint are found at once, however many retries lie beside them.

use klingel_model::{DeliveryKey, EndpointId, Micros, Trigger};
use klingel_store::{HealthChange, Outcome, Settlement};
use rusqlite::{CachedStatement, Connection, params};

use crate::depth::Change;
use crate::fault::Fault;
use crate::rows::attempt::Recorder;

/// No attempt yet.
pub(crate) const STAGE_FIRST: i64 = 0;
/// A scheduled retry.
pub(crate) const STAGE_RETRY: i64 = 1;
/// Asked for by hand.
pub(crate) const STAGE_MANUAL: i64 = 2;

/// Records a batch of settlements.
pub(crate) fn settle(db: &Connection, settlements: &[Settlement], change: &mut Change) -> Result<(), Fault> {
    let mut recorder = Recorder::new(db);
    let mut remove_one = RemoveOne::new(db)?;
    for settlement in settlements {
        let was_owed = settle_one(db, &mut remove_one, settlement, change)?;
        if let Some(attempt) = &settlement.attempt {
            // A message is never removed before what is owed of it: nobody needs to look it up.
            recorder.note(attempt, settlement.key.message_seq, was_owed)?;
        }
    }
    Ok(recorder.write()?)
}

/// Removes single deliveries: prepared once for a whole batch.
struct RemoveOne<'db>(CachedStatement<'db>);

impl<'db> RemoveOne<'db> {
    fn new(db: &'db Connection) -> rusqlite::Result<Self> {
        let sql = "DELETE FROM delivery WHERE endpoint_id = ?1 AND stage = ?2 AND message_seq = ?3";
        Ok(Self(db.prepare_cached(sql)?))
    }

    /// `false` if there is none in this stage.
    fn remove(&mut self, key: &DeliveryKey, stage: i64) -> rusqlite::Result<bool> {
        Ok(self.0.execute(params![key.endpoint_id.to_bytes(), stage, key.message_seq.0])? > 0)
    }
}

/// `false` if the delivery was settled before.
fn settle_one(
    db: &Connection,
    remove_one: &mut RemoveOne<'_>,
    settlement: &Settlement,
    change: &mut Change,
) -> rusqlite::Result<bool> {
    let Settlement { key, attempt, outcome, health } = settlement;
    let number = attempt.as_ref().map(|attempt| attempt.number);
    let was_owed = match outcome {
        Outcome::Retry(at) => postpone(db, remove_one, key, number, *at, change)?,
        Outcome::Delivered | Outcome::GivenUp | Outcome::Dropped => remove(remove_one, key, number, change)?,
    };
    if !was_owed {
        return Ok(false);
    }
    if *outcome == Outcome::Delivered && key.trigger == Trigger::Manual {
        remove(remove_one, &DeliveryKey { trigger: Trigger::Schedule, ..*key }, None, change)?;
    }
    if let Some(health) = health {
        change_health(db, key.endpoint_id, health)?;
    }
    Ok(true)
}

/// Removes a delivery; `false` if it was settled before. `number` only tells in which stage to look first.
fn remove(
    remove_one: &mut RemoveOne<'_>,
    key: &DeliveryKey,
    number: Option<u32>,
    change: &mut Change,
) -> rusqlite::Result<bool> {
    let stages: &[i64] = match (key.trigger, number) {
        (Trigger::Manual, _) => &[STAGE_MANUAL],
        (Trigger::Schedule, None | Some(0 | 1)) => &[STAGE_FIRST, STAGE_RETRY],
        (Trigger::Schedule, Some(_)) => &[STAGE_RETRY, STAGE_FIRST],
    };
    for stage in stages {
        if remove_one.remove(key, *stage)? {
            count_removed(*stage, change);
            return Ok(true);
        }
    }
    Ok(false)
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
    remove_one: &mut RemoveOne<'_>,
    key: &DeliveryKey,
    number: Option<u32>,
    at: Micros,
    change: &mut Change,
) -> rusqlite::Result<bool> {
    let stage = if key.trigger == Trigger::Manual { STAGE_MANUAL } else { STAGE_RETRY };
    let endpoint_id = key.endpoint_id.to_bytes();
    if stage == STAGE_RETRY && number.is_none_or(|n| n <= 1) && remove_one.remove(key, STAGE_FIRST)? {
        db.prepare_cached(
            "INSERT INTO delivery (endpoint_id, stage, message_seq, attempts, due_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![endpoint_id, stage, key.message_seq.0, number.unwrap_or(0), at.as_unix_us()])?;
        change.first_attempts -= 1;
        change.retries += 1;
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
