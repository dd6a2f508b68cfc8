//! Deleting what messages and attempts hold, ahead of their time.

use klingel_model::{AppId, AttemptId, MessageId};
use klingel_store::Error;
use rusqlite::{Connection, params};

use crate::fault::Fault;

pub(super) fn expunge_payload(db: &Connection, app_id: AppId, id: MessageId) -> Result<(), Fault> {
    let expunged = db
        .prepare_cached(
            "UPDATE message SET payload = NULL, payload_until = NULL WHERE app_id = ?1 AND id = ?2
                 AND EXISTS (SELECT 1 FROM application WHERE id = ?1)",
        )?
        .execute(params![app_id.to_bytes(), id.to_bytes()])?;
    if expunged == 0 { Err(Error::Gone.into()) } else { Ok(()) }
}

pub(super) fn expunge_answer(
    db: &Connection,
    app_id: AppId,
    message_id: MessageId,
    id: AttemptId,
) -> Result<(), Fault> {
    let expunged = db
        .prepare_cached(
            "UPDATE attempt SET response_body = NULL WHERE message_id = ?2 AND id = ?3
                 AND EXISTS (SELECT 1 FROM application WHERE id = ?1)
                 AND EXISTS (SELECT 1 FROM message WHERE app_id = ?1 AND id = ?2)",
        )?
        .execute(params![app_id.to_bytes(), message_id.to_bytes(), id.to_bytes()])?;
    if expunged == 0 { Err(Error::Gone.into()) } else { Ok(()) }
}
