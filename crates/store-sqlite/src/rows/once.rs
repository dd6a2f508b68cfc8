//! Rows of `once`: idempotency keys and what they stand for.

use bytes::Bytes;
use klingel_model::MessageId;
use klingel_store::{Answer, Error, Once, OnceKey, Written};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::fault::Fault;

/// What a key stands for: one of the two.
pub(crate) struct Kept {
    pub(crate) message_id: Option<MessageId>,
    pub(crate) answer: Option<Answer>,
}

/// What is kept for this key. Errors: `KeyReused`.
pub(crate) fn find(db: &Connection, key: &OnceKey) -> Result<Option<Kept>, Fault> {
    let found = db
        .prepare_cached("SELECT request, message_id, status, body FROM once WHERE key = ?1")?
        .query_row([key.key], |row| {
            let request: [u8; 32] = row.get(0)?;
            let message_id = row.get::<_, Option<[u8; 16]>>(1)?.map(MessageId::from_bytes);
            let body = row.get::<_, Option<Vec<u8>>>(3)?.unwrap_or_default();
            let answer =
                row.get::<_, Option<u16>>(2)?.map(|status| Answer { status, body: Bytes::from(body) });
            Ok((request, Kept { message_id, answer }))
        })
        .optional()?;
    match found {
        None => Ok(None),
        Some((request, kept)) if request == key.request => Ok(Some(kept)),
        Some(_) => Err(Error::KeyReused.into()),
    }
}

/// Keeps a message for a key.
pub(crate) fn keep_message(db: &Connection, key: &OnceKey, id: MessageId) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO once (key, request, expires_at, message_id) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![key.key, key.request, key.expires_at.as_unix_us(), id.to_bytes()])?;
    Ok(())
}

/// Runs `write` and keeps the answer, unless the same request came before.
pub(crate) fn run(
    db: &Connection,
    once: Option<&Once>,
    write: impl FnOnce() -> Result<(), Fault>,
) -> Result<Written, Fault> {
    if let Some(once) = once
        && let Some(Kept { answer: Some(answer), .. }) = find(db, &once.key)?
    {
        return Ok(Written::Replay(answer));
    }
    write()?;
    if let Some(Once { key, answer }) = once {
        db.prepare_cached(
            "INSERT OR REPLACE INTO once (key, request, expires_at, status, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            key.key,
            key.request,
            key.expires_at.as_unix_us(),
            answer.status,
            &*answer.body
        ])?;
    }
    Ok(Written::Fresh)
}
