//! Rows at a fixed rate that are compared with each other: all their programs run at the same time, and each gets the
//! messages of two seconds in turn.
//!
//! A 99th percentile of one run hangs on some twenty messages. On a shared machine it doubles from one minute to the next,
//! and so would a comparison of runs that lie a minute apart; slices of two seconds have the same minutes in them.

use super::super::stage;
use super::Series;
use super::rows::{Kind, Row};
use crate::failure::Failure;

/// How long the messages go to one program.
const SLICE_SECONDS: u64 = 2;

/// Whether rows are measured so. The least code is compared only with rows that are measured alone.
pub fn suit(group: &[&Row]) -> bool {
    let suits = |row: &&Row| row.kind == Kind::Load && row.shape.rate.is_some() && !row.with_reference;
    group.len() > 1 && group.iter().all(suits)
}

/// One run of all rows.
pub fn measure(series: &mut [Series<'_>]) -> Result<(), Failure> {
    let mut programs = Vec::new();
    for one in &mut *series {
        let (bench, row) = (one.bench, one.row);
        let filled = one.stage.take();
        let mut stage = filled.map_or_else(|| bench.set_up(bench.programs.klingel(), &row.shape), Ok)?;
        stage.start()?;
        programs.push((stage, Vec::new()));
    }
    let seconds = series.iter().map(|one| one.row.shape.seconds).max().unwrap_or(SLICE_SECONDS);
    for _ in 0..seconds.div_ceil(SLICE_SECONDS) {
        for (stage, slices) in &mut programs {
            slices.push(stage.slice(SLICE_SECONDS)?);
        }
    }
    for (one, (mut stage, slices)) in series.iter_mut().zip(programs) {
        stage.stop()?;
        one.keep(stage::join(&slices))?;
        // A store that was filled is kept for the next run, and what began empty begins empty again.
        one.stage = Some(stage).filter(|_| one.row.shape.needs_seed());
    }
    Ok(())
}
