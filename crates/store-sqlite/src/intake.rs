//! Taking a message in.

use klingel_model::{EndpointId, MessageSeq};
use klingel_store::{Admission, Admitted, Error, Intake, Verb};
use rusqlite::{Connection, params};

use crate::depth::Change;
use crate::fault::Fault;
use crate::job::Class;
use crate::records;
use crate::rows::{message, once};
use crate::store::SqliteStore;

/// So many bytes of a payload take about the room of a row of their own: a page.
const PAYLOAD_BYTES_PER_ROW: usize = 4096;

impl Intake for SqliteStore {
    fn admit(&self, admission: Admission) -> Verb<'_, Admitted> {
        let payload_bytes = admission.message.payload.as_ref().map_or(0, bytes::Bytes::len);
        let rows =
            1 + admission.endpoints.len() + admission.records.len() + payload_bytes / PAYLOAD_BYTES_PER_ROW;
        self.write(Class::Admits, rows, move |db, change| admit(db, &admission, change))
    }
}

fn admit(db: &Connection, admission: &Admission, change: &mut Change) -> Result<Admitted, Fault> {
    let Admission { message, endpoints, once: key, records } = admission;
    if let Some(key) = key
        && let Some(id) = once::find(db, key)?.and_then(|kept| kept.message_id)
    {
        return Ok(Admitted::Replay(id));
    }
    let app_id = message.app_id.to_bytes();
    let lives = db
        .prepare_cached("SELECT 1 FROM application WHERE id = ?1 AND environment_id = ?2")?
        .exists(params![app_id, message.environment_id.to_bytes()])?;
    if !lives {
        return Err(Error::Gone.into());
    }
    if let Some(event_id) = &message.event_id
        && db
            .prepare_cached("SELECT 1 FROM message WHERE app_id = ?1 AND event_id = ?2")?
            .exists(params![app_id, event_id.as_str()])?
    {
        return Err(Error::Taken("eventId").into());
    }
    records::change(db, records)?;
    let seq = message::insert(db, message)?;
    change.first_attempts += owe(db, app_id, seq, endpoints)?;
    if let Some(key) = key {
        once::keep_message(db, key, message.id)?;
    }
    Ok(Admitted::New(seq))
}

macro_rules! owe_sql {
    ($places:literal) => {
        concat!(
            "INSERT OR IGNORE INTO delivery (endpoint_id, stage, message_seq, attempts)
             SELECT id, 0, ?1, 0 FROM endpoint WHERE app_id = ?2 AND id IN (",
            $places,
            ")"
        )
    };
}

/// Statements that owe a message to so many endpoints, fewest first. To begin and end one costs as much as a row.
const OWE: [(usize, &str); 3] = [
    (1, owe_sql!("?3")),
    (4, owe_sql!("?3, ?4, ?5, ?6")),
    (16, owe_sql!("?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18")),
];

/// Writes a delivery for each of these endpoints that still exists: the fan-out was made from a cache that may be a
/// moment old. Gives how many.
fn owe(
    db: &Connection,
    app_id: [u8; 16],
    seq: MessageSeq,
    endpoints: &[EndpointId],
) -> rusqlite::Result<i64> {
    let mut owed = 0;
    let mut left = endpoints;
    while !left.is_empty() {
        let enough = OWE.into_iter().find(|(places, _)| *places >= left.len());
        let (places, sql) = enough.unwrap_or(OWE[OWE.len() - 1]);
        let (now, later) = left.split_at(left.len().min(places));
        let mut statement = db.prepare_cached(sql)?;
        statement.raw_bind_parameter(1, seq.0)?;
        statement.raw_bind_parameter(2, app_id)?;
        for place in 0..places {
            // Nobody's id is null: what is left over of the places finds nothing.
            statement.raw_bind_parameter(3 + place, now.get(place).map(|id| id.to_bytes()))?;
        }
        owed += i64::try_from(statement.raw_execute()?).unwrap_or(0);
        left = later;
    }
    Ok(owed)
}
