//! Runs: deliveries of one endpoint whose messages have numbers side by side. While an application publishes much, most
//! of what is settled together are such runs, and a run is removed by one walk instead of a search for each.

use std::ops::RangeInclusive;

use klingel_model::{EndpointId, Trigger};
use klingel_store::{Outcome, Settlement};

use crate::desk::Desk;
use crate::settle::{STAGE_FIRST, begins_in_first_stage, number_of};

/// How many deliveries of the first stage there are in a run.
pub(crate) const COUNT: &str = "SELECT count(*) FROM delivery
     WHERE endpoint_id = ?1 AND stage = 0 AND message_seq BETWEEN ?2 AND ?3";
/// Removes them.
pub(crate) const REMOVE: &str =
    "DELETE FROM delivery WHERE endpoint_id = ?1 AND stage = 0 AND message_seq BETWEEN ?2 AND ?3";
const _: () = assert!(STAGE_FIRST == 0, "the statements have it as a number");

/// Shorter runs are removed one by one: two statements are begun and ended for a run.
const RUN_MIN: usize = 4;

/// Removes what ends with its first attempt and lies in a run, all of which is still owed. Gives for each settlement
/// whether it was removed; of those that were not, nothing is known.
pub(crate) fn remove(desk: &mut Desk<'_>, settlements: &[Settlement]) -> rusqlite::Result<Vec<bool>> {
    let mut removed = vec![false; settlements.len()];
    if settlements.len() < RUN_MIN {
        return Ok(removed);
    }
    let ends = settlements.iter().enumerate().filter(|(_, settlement)| ends_at_first(settlement));
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
    Ok(removed)
}

/// Whether the delivery goes, and is looked for in the first stage.
fn ends_at_first(settlement: &Settlement) -> bool {
    settlement.key.trigger == Trigger::Schedule
        && begins_in_first_stage(number_of(settlement))
        && match settlement.outcome {
            Outcome::Delivered | Outcome::GivenUp | Outcome::Dropped => true,
            Outcome::Retry(_) => false,
        }
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
