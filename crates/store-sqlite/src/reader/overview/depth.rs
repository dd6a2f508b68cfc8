//! What waits for the endpoints of an environment, endpoint by endpoint.

use klingel_model::EnvironmentId;
use klingel_store::EnvironmentBacklog;
use rusqlite::{Connection, params};

use super::waiting;
use crate::fault::Fault;
use crate::reader::young::WaitingEndpoints;
use crate::rows::count_at;

/// Endpoints for which something waits that one look goes through.
const ENDPOINTS_MAX: usize = 2_000;
/// Counts no further than `?2` what is not young: all, and those that are no first attempts.
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
    // One view of both tables: what moves from one to the other meanwhile is not counted twice.
    let view = db.unchecked_transaction()?;
    let mut waiting = WaitingEndpoints::behind(&view, None)?;
    let (mut inside, mut count) = (view.prepare_cached(INSIDE)?, view.prepare_cached(COUNT)?);
    for _ in 0..ENDPOINTS_MAX {
        let Some((endpoint_id, young)) = waiting.next()? else { return Ok(found) };
        let endpoint = endpoint_id.to_bytes();
        if !inside.exists(params![endpoint, environment_id.to_bytes()])? {
            continue;
        }
        found.oldest_due =
            [found.oldest_due, waiting::oldest_due(&view, endpoint_id)?].into_iter().flatten().min();
        let left = count_max - (found.first_attempts + found.retries);
        let limit = i64::try_from(left.saturating_add(1)).unwrap_or(i64::MAX);
        let (sorted_in, retries) =
            count.query_row(params![endpoint, limit], |row| Ok((count_at(row, 0)?, count_at(row, 1)?)))?;
        let all = sorted_in + young;
        found.more |= all > left;
        let all = all.min(left);
        found.retries += retries.min(all);
        found.first_attempts += all - retries.min(all);
    }
    found.more = true;
    Ok(found)
}
