//! `cargo xtask bench suite`: every budget of the design, measured in one go.
//!
//! It runs unattended and can be interrupted: each row is kept as soon as it is measured, and the next call on the
//! same commit goes on with the rows that are missing. When all are there, `docs/performance.json`, the tables of
//! `docs/performance.md` and `docs/performance.svg` are written from them.

mod chart;
mod report;
mod results;
mod rows;
mod slices;

use serde_json::{Value, json};

use super::figures::{Figures, ratios};
use super::stage::{Bench, Stage};
use crate::failure::Failure;
use results::Results;
use rows::{Kind, Row};

/// How thoroughly to measure.
#[derive(clap::Args)]
pub struct Args {
    /// How long each run publishes
    #[arg(long, default_value_t = 6, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Runs of each row; their medians count
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100))]
    runs: u64,
    /// Measure this row only, again if need be; may be given several times
    #[arg(long, value_name = "ROW")]
    only: Vec<String>,
    /// Throw away what an earlier call has measured
    #[arg(long)]
    fresh: bool,
}

/// Measures what is missing and, when nothing is any more, writes the report.
pub fn run(bench: &Bench, args: &Args) -> Result<(), Failure> {
    let rows = rows::all(args.seconds);
    if let Some(unknown) = args.only.iter().find(|name| !rows.iter().any(|row| row.name == *name)) {
        let names: Vec<_> = rows.iter().map(|row| row.name).collect();
        return Err(Failure::new(format!("there is no row {unknown}; there are: {}", names.join(", "))));
    }
    let mut results = Results::open(bench.programs.folder(), args.seconds, args.runs, args.fresh)?;
    let wanted = |row: &&Row| {
        if args.only.is_empty() {
            !results.has(row.name)
        } else {
            args.only.iter().any(|name| name == row.name)
        }
    };
    let wanted: Vec<&Row> = rows.iter().filter(wanted).collect();
    for group in rows::side_by_side(&wanted) {
        for (row, measured) in group.iter().zip(measure(bench, &group, args.runs)?) {
            results.keep(row.name, measured)?;
        }
    }
    let missing: Vec<_> = rows.iter().map(|row| row.name).filter(|name| !results.has(name)).collect();
    if !missing.is_empty() {
        println!("the report is not written yet; still to be measured: {}", missing.join(", "));
        return Ok(());
    }
    report::write(&rows, &results)
}

/// Measures rows in turns: what is compared must not be measured minutes apart, because a machine's speed changes.
fn measure(bench: &Bench, group: &[&Row], runs: u64) -> Result<Vec<Value>, Failure> {
    let mut series = Vec::new();
    for row in group {
        println!("{}: {}", row.name, row.about);
        series.push(Series::begin(bench, row)?);
    }
    for number in 1..=runs {
        if slices::suit(group) {
            println!("  run {number} of {runs}");
            slices::measure(&mut series)?;
            continue;
        }
        for one in &mut series {
            println!("  {}, run {number} of {runs}", one.row.name);
            one.measure()?;
        }
    }
    Ok(series.iter().map(Series::json).collect())
}

/// What has been measured of a row.
struct Series<'a> {
    bench: &'a Bench,
    row: &'a Row,
    /// A store that was filled once for all runs.
    stage: Option<Stage<'a>>,
    measured: Vec<Figures>,
    references: Vec<Figures>,
}

impl<'a> Series<'a> {
    fn begin(bench: &'a Bench, row: &'a Row) -> Result<Self, Failure> {
        let stage = match row.kind {
            Kind::Load if row.shape.needs_seed() => Some(bench.set_up(bench.programs.klingel(), &row.shape)?),
            _ => None,
        };
        Ok(Self { bench, row, stage, measured: Vec::new(), references: Vec::new() })
    }

    fn measure(&mut self) -> Result<(), Failure> {
        let (bench, row) = (self.bench, self.row);
        let figures = match (&row.kind, &mut self.stage) {
            (Kind::Start, _) => first_message(bench)?,
            (Kind::Load, Some(stage)) => stage.measure()?,
            (Kind::Load, None) => bench.once(bench.programs.klingel(), &row.shape)?,
        };
        self.keep(figures)?;
        if row.with_reference {
            let reference = bench.once(bench.programs.least_code(), &row.shape)?;
            println!("    the least code: {}", brief(row, &reference));
            self.references.push(reference);
        }
        Ok(())
    }

    fn keep(&mut self, figures: Figures) -> Result<(), Failure> {
        let (row, lost) = (self.row, figures.value("lost"));
        if lost > 0.0 {
            return Err(Failure::new(format!(
                "{lost} deliveries of accepted messages did not arrive in row {}",
                row.name
            )));
        }
        println!("    {}: {}", row.name, brief(row, &figures));
        self.measured.push(figures);
        Ok(())
    }

    fn json(&self) -> Value {
        let (medians, reference) = (Figures::medians(&self.measured), Figures::medians(&self.references));
        json!({
            "about": self.row.about,
            "settings": self.row.shape.json(),
            "runs": self.measured.iter().map(Figures::json).collect::<Vec<_>>(),
            "medians": medians.json(),
            "least_code": reference.json(),
            "ratios": ratios(&medians, &reference).json(),
        })
    }
}

fn first_message(bench: &Bench) -> Result<Figures, Failure> {
    let took = bench.first_message(&bench.programs.klingel())?;
    let mut figures = Figures::default();
    figures.add("first_message_ms", "start to first accepted message, ms", took.as_secs_f64() * 1e3, 1);
    Ok(figures)
}

fn brief(row: &Row, figures: &Figures) -> String {
    let one = |key: &&str| format!("{key} {:.2}", figures.value(key));
    row.shown.iter().map(one).collect::<Vec<_>>().join(", ")
}
