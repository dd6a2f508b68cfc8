//! Taking a message in.

use klingel_model::{AppId, EndpointId, MessageSeq};
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
    if let Some(event_id) = &message.event_id
        && db
            .prepare_cached("SELECT 1 FROM message WHERE app_id = ?1 AND event_id = ?2")?
            .exists(params![message.app_id.to_bytes(), event_id.as_str()])?
    {
        return Err(Error::Taken("eventId").into());
    }
    records::change(db, records)?;
    let seq = desk.insert_message(message)?;
    desk.change.first_attempts += owe(desk, message.app_id, seq, endpoints)?;
    if let Some(key) = key {
        once::keep_message(db, key, message.id)?;
    }
    Ok(Admitted::New(seq))
}

macro_rules! owe_sql {
    ($($more:literal)*) => {
        concat!(
            "INSERT OR IGNORE INTO delivery (endpoint_id, stage, message_seq, attempts) VALUES (?2, 0, ?1, 0)",
            $(", (?", $more, ", 0, ?1, 0)"),*
        )
    };
}

/// Statements that owe a message to so many endpoints, most first. To begin and to end one costs as much as a row.
pub(crate) const OWE: [(usize, &str); 4] =
    [(8, owe_sql!(3 4 5 6 7 8 9)), (4, owe_sql!(3 4 5)), (2, owe_sql!(3)), (1, owe_sql!())];

/// Writes a delivery for each of these endpoints that still exists: the fan-out was made from a cache that may be a
/// moment old. Gives how many.
fn owe(
    desk: &mut Desk<'_>,
    app_id: AppId,
    seq: MessageSeq,
    endpoints: &[EndpointId],
) -> rusqlite::Result<i64> {
    let mut living = Vec::with_capacity(endpoints.len());
    for id in endpoints {
        if desk.living.has_endpoint(desk.db, app_id, *id)? {
            living.push(*id);
        }
    }
    let (mut owed, mut left) = (0, &living[..]);
    for ((places, _), statement) in OWE.iter().zip(&mut desk.hot.owe) {
        while let Some((now, later)) = left.split_at_checked(*places) {
            let statement = statement.statement()?;
            statement.raw_bind_parameter(1, seq.0)?;
            for (place, id) in now.iter().enumerate() {
                statement.raw_bind_parameter(2 + place, id.to_bytes())?;
            }
            owed += i64::try_from(statement.raw_execute()?).unwrap_or(0);
            left = later;
        }
    }
    Ok(owed)
}
