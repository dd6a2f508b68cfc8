//! Taking a message in.

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
    // The endpoint is looked up in the same statement: the fan-out was made from a cache that may be a moment old.
    let mut owe = db.prepare_cached(
        "INSERT OR IGNORE INTO delivery (endpoint_id, stage, message_seq, attempts)
         SELECT id, 0, ?1, 0 FROM endpoint WHERE app_id = ?2 AND id = ?3",
    )?;
    for endpoint_id in endpoints {
        let owed = owe.execute(params![seq.0, app_id, endpoint_id.to_bytes()])?;
        change.first_attempts += i64::from(owed > 0);
    }
    if let Some(key) = key {
        once::keep_message(db, key, message.id)?;
    }
    Ok(Admitted::New(seq))
}
