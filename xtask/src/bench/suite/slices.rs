//! Rows at a fixed rate that are compared with each other: all their programs run at the same time, and each gets the
//! messages of two seconds in turn.
//!
//! A 99th percentile of one run hangs on some twenty messages. On a shared machine it doubles from one minute to the next,
//! and so would a comparison of runs that lie a minute apart; slices of two seconds have the same minutes in them.

use super::super::measure::Outcome;
use super::super::stage::{self, Stage};
use super::Series;
use super::rows::{Kind, Row};
use crate::failure::Failure;

/// How long the messages go to one program.
const SLICE_SECONDS: u64 = 2;

/// Whether rows are measured so.
pub fn suit(group: &[&Row]) -> bool {
    group.len() > 1 && group.iter().all(|row| row.kind == Kind::Load && row.shape.rate.is_some())
}

/// One run of all rows, and of the least code where it is compared with.
pub fn measure(series: &mut [Series<'_>]) -> Result<(), Failure> {
    let mut programs = Vec::new();
    for (number, one) in series.iter_mut().enumerate() {
        let (bench, row) = (one.bench, one.row);
        let filled = one.stage.take();
        let stage = filled.map_or_else(|| bench.set_up(bench.programs.klingel(), &row.shape), Ok)?;
        programs.push(Program { number, is_reference: false, stage, slices: Vec::new() });
        if row.with_reference {
            let stage = bench.set_up(bench.programs.least_code(), &row.shape)?;
            programs.push(Program { number, is_reference: true, stage, slices: Vec::new() });
        }
    }
    for program in &mut programs {
        program.stage.start()?;
    }
    let seconds = series.iter().map(|one| one.row.shape.seconds).max().unwrap_or(SLICE_SECONDS);
    for _ in 0..seconds.div_ceil(SLICE_SECONDS) {
        for program in &mut programs {
            program.slices.push(program.stage.slice(SLICE_SECONDS)?);
        }
    }
    for mut program in programs {
        program.stage.stop()?;
        let (one, figures) = (&mut series[program.number], stage::join(&program.slices));
        if program.is_reference {
            one.keep_reference(figures);
            continue;
        }
        one.keep(figures)?;
        // A store that was filled is kept for the next run, and what began empty begins empty again.
        one.stage = Some(program.stage).filter(|_| one.row.shape.needs_seed());
    }
    Ok(())
}

/// A program that runs.
struct Program<'a> {
    /// Of which row.
    number: usize,
    is_reference: bool,
    stage: Stage<'a>,
    slices: Vec<Outcome>,
}
