//! How much work there is.

use klingel_store::QueueDepth;
use rusqlite::{Connection, OptionalExtension as _};

use crate::depth::Depth;
use crate::fault::Fault;
use crate::rows::instant;

/// The counts are kept by the writer; the oldest due time is searched endpoint by endpoint, one search each.
pub(super) fn depth(db: &Connection, counted: &Depth) -> Result<QueueDepth, Fault> {
    let mut next = db.prepare_cached(
        "SELECT endpoint_id, due_at FROM delivery INDEXED BY delivery_due
         WHERE due_at IS NOT NULL AND endpoint_id > ?1 ORDER BY endpoint_id, due_at LIMIT 1",
    )?;
    let (mut behind, mut oldest_due) = (Vec::new(), None);
    loop {
        let head = next.query_row([&behind], |row| Ok((row.get::<_, Vec<u8>>(0)?, instant(row, 1)?)));
        let Some((endpoint_id, due_at)) = head.optional()? else { break };
        oldest_due = Some(oldest_due.map_or(due_at, |oldest| due_at.min(oldest)));
        behind = endpoint_id;
    }
    Ok(QueueDepth { first_attempts: counted.first_attempts(), retries: counted.retries(), oldest_due })
}
