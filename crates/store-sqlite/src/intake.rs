//! Taking a message in.

use klingel_store::{Admission, Admitted, Error, Intake, Verb};
use rusqlite::params;

use crate::desk::Desk;
use crate::fault::Fault;
use crate::inbox::Haste;
use crate::job::Class;
use crate::records;
use crate::rows::once;
use crate::store::SqliteStore;

/// So many bytes of a payload take about the room of a row of their own: a page.
const PAYLOAD_BYTES_PER_ROW: usize = 4096;

impl Intake for SqliteStore {
    fn admit(&self, admission: Admission) -> Verb<'_, Admitted> {
        let payload_bytes = admission.message.payload.as_ref().map_or(0, bytes::Bytes::len);
        let rows =
            1 + admission.endpoints.len() + admission.records.len() + payload_bytes / PAYLOAD_BYTES_PER_ROW;
        self.write_at_desk(Haste::Urgent, Class::Admits, rows, move |desk| admit(desk, &admission))
    }
}

fn admit(desk: &mut Desk<'_>, admission: &Admission) -> Result<Admitted, Fault> {
    let Admission { message, endpoints, once: key, records } = admission;
    let db = desk.db;
    if let Some(key) = key
        && let Some(id) = once::find(db, key)?.and_then(|kept| kept.message_id)
    {
        return Ok(Admitted::Replay(id));
    }
    if !desk.living.has_application(db, message.app_id, message.environment_id)? {
        return Err(Error::Gone.into());
    }
    if let Some(event_id) = &message.event_id {
        desk.write_taken()?;
        let taken = db
            .prepare_cached("SELECT 1 FROM message WHERE app_id = ?1 AND event_id = ?2")?
            .exists(params![message.app_id.to_bytes(), event_id.as_str()])?;
        if taken {
            return Err(Error::Taken("eventId").into());
        }
    }
    records::change(db, records)?;
    let seq = desk.take(message, endpoints)?;
    if let Some(key) = key {
        once::keep_message(db, key, message.id)?;
    }
    Ok(Admitted::New(seq))
}
