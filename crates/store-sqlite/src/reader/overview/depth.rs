//! What waits for the endpoints of an environment, endpoint by endpoint.

use klingel_model::{EndpointId, EnvironmentId};
use klingel_store::EnvironmentBacklog;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::waiting;
use crate::fault::Fault;
use crate::rows::{count_at, id};

/// Endpoints for which something waits that one look goes through.
const ENDPOINTS_MAX: usize = 2_000;
/// The next endpoint for which something waits.
pub(super) const NEXT: &str =
    "SELECT endpoint_id FROM delivery WHERE endpoint_id > ?1 ORDER BY endpoint_id LIMIT 1";
/// Counts no further than `?2`: all, and those that are no first attempts.
pub(super) const COUNT: &str =
    "SELECT count(*), count(due_at) FROM (SELECT due_at FROM delivery WHERE endpoint_id = ?1 LIMIT ?2)";
/// Whether an endpoint lives in an environment.
const INSIDE: &str = "SELECT 1 FROM endpoint e JOIN application a ON a.id = e.app_id
     WHERE e.id = ?1 AND a.environment_id = ?2";

pub(super) fn of(
    db: &Connection,
    environment_id: EnvironmentId,
    count_max: u64,
) -> Result<EnvironmentBacklog, Fault> {
    let mut found = EnvironmentBacklog::default();
    let (mut next, mut inside, mut count) =
        (db.prepare_cached(NEXT)?, db.prepare_cached(INSIDE)?, db.prepare_cached(COUNT)?);
    let mut behind = Vec::new();
    for _ in 0..ENDPOINTS_MAX {
        let endpoint_id: Option<EndpointId> = next.query_row([&behind], |row| id(row, 0)).optional()?;
        let Some(endpoint_id) = endpoint_id else { return Ok(found) };
        behind = endpoint_id.to_bytes().to_vec();
        if !inside.exists(params![behind, environment_id.to_bytes()])? {
            continue;
        }
        found.oldest_due =
            [found.oldest_due, waiting::oldest_due(db, endpoint_id)?].into_iter().flatten().min();
        let left = count_max - (found.first_attempts + found.retries);
        let limit = i64::try_from(left.saturating_add(1)).unwrap_or(i64::MAX);
        let (all, retries) =
            count.query_row(params![behind, limit], |row| Ok((count_at(row, 0)?, count_at(row, 1)?)))?;
        found.more |= all > left;
        let all = all.min(left);
        found.retries += retries.min(all);
        found.first_attempts += all - retries.min(all);
    }
    found.more = true;
    Ok(found)
}
