//! Runs: deliveries of one endpoint whose messages have numbers side by side, among those that lie by endpoint. What an
//! endpoint gets that was away for a while are such runs, and a run is removed by one walk instead of a search for each.

use std::ops::RangeInclusive;

use klingel_model::EndpointId;
use klingel_store::Settlement;

use crate::desk::Desk;
use crate::settle::{STAGE_FIRST, ends_at_first};

/// How many deliveries of the first stage there are in a run.
pub(crate) const COUNT: &str = "SELECT count(*) FROM delivery
     WHERE endpoint_id = ?1 AND stage = 0 AND message_seq BETWEEN ?2 AND ?3";
/// Removes them.
pub(crate) const REMOVE: &str =
    "DELETE FROM delivery WHERE endpoint_id = ?1 AND stage = 0 AND message_seq BETWEEN ?2 AND ?3";
const _: () = assert!(STAGE_FIRST == 0, "the statements have it as a number");

/// Shorter runs are removed one by one: two statements are begun and ended for a run.
const RUN_MIN: usize = 4;

/// Removes what is not removed yet, ends with its first attempt, and lies in a run, all of which is still owed. Notes at
/// their places that they were removed; of the others nothing is known.
pub(crate) fn remove(
    desk: &mut Desk<'_>,
    settlements: &[Settlement],
    removed: &mut [bool],
) -> rusqlite::Result<()> {
    let left = settlements.iter().enumerate().filter(|(place, _)| !removed[*place]);
    let ends = left.filter(|(_, settlement)| ends_at_first(settlement));
    let mut places: Vec<_> = ends
        .map(|(place, settlement)| (settlement.key.endpoint_id, settlement.key.message_seq.0, place))
        .collect();
    places.sort_unstable();
    for run in places.chunk_by(|one, next| one.0 == next.0 && one.1 + 1 == next.1) {
        if run.len() >= RUN_MIN && remove_run(desk, run[0].0, run[0].1..=run[run.len() - 1].1)? {
            for (_, _, place) in run {
                removed[*place] = true;
            }
        }
    }
    Ok(())
}

/// `false`, and nothing is removed, if one of them is missing.
fn remove_run(
    desk: &mut Desk<'_>,
    endpoint_id: EndpointId,
    numbers: RangeInclusive<i64>,
) -> rusqlite::Result<bool> {
    let (first, last) = numbers.into_inner();
    let bound = (endpoint_id.to_bytes(), first, last);
    let count: i64 = desk.hot.count_run.statement()?.query_row(bound, |row| row.get(0))?;
    if count != last - first + 1 {
        return Ok(false);
    }
    desk.hot.remove_run.statement()?.execute(bound)?;
    desk.change.first_attempts -= count;
    Ok(true)
}
