//! `cargo xtask bench`: how fast the real program is on this machine.
//!
//! The program runs as a child process on a store of its own. Driver and receiver run in this process on one thread,
//! with an HTTP of their own (`wire`), because they share the machine with what they measure. Latency counts from
//! before the first byte of a publish call to the arrival of the whole delivery. After each run the same load goes to
//! the least code that does the same durable work, so that a figure is also a ratio, and machines can be compared.

mod arrivals;
mod driver;
#[cfg(test)]
mod fake;
mod figures;
mod manner;
mod measure;
mod message;
mod process;
mod programs;
mod receiver;
mod reckoning;
mod server;
mod shape;
mod stage;
mod suite;
mod target;
mod wire;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::failure::Failure;
use figures::{Figures, ratios};
use programs::Programs;
use shape::Shape;
use stage::Bench;

/// What to measure, and how often.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    shape: Shape,
    /// Measure this often, each time with a fresh server, and add the medians
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100))]
    runs: u64,
    /// Leave the least code out
    #[arg(long)]
    no_reference: bool,
    /// Write the figures to this file too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Measure a server that runs already, at http://host:port, instead of starting one
    #[arg(long, value_name = "URL", requires = "key")]
    against: Option<String>,
    /// Key for that server, with the right to administer
    #[arg(long, value_name = "KEY", requires = "against")]
    key: Option<String>,
    /// Processes of that server on this machine, for processor time and memory; comma-separated
    #[arg(long, value_name = "PID", value_delimiter = ',', requires = "against")]
    server_pid: Vec<u32>,
    /// Measure the build that is handed out (profile dist), which takes minutes to make, instead of the release build
    #[arg(long, global = true)]
    dist: bool,
    /// Set by the bench for its own release build
    #[arg(long, hide = true, global = true)]
    built: bool,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Measure every budget, and write docs/performance.json, the tables of docs/performance.md and its chart
    Suite(suite::Args),
}

/// Builds, measures, prints. Fails if an accepted message did not arrive or the server did not end in order.
pub fn run(args: &Args) -> Result<(), Failure> {
    if !args.built {
        return Programs::build_and_hand_over(args.dist);
    }
    let bench = Bench::new(args.dist)?;
    match &args.command {
        Some(Command::Suite(suite)) => suite::run(&bench, suite),
        None => run_one(&bench, args),
    }
}

fn run_one(bench: &Bench, args: &Args) -> Result<(), Failure> {
    if args.against.is_some() && args.shape.needs_seed() {
        return Err(Failure::new("--backlog and --attempts-in-store need a store of this bench's own"));
    }
    let with_reference = args.shape.has_reference() && !args.no_reference;
    let (mut runs, mut references) = (Vec::new(), Vec::new());
    for number in 1..=args.runs {
        let figures = match (&args.against, &args.key) {
            (Some(url), Some(key)) => bench.against(url, key, &args.server_pid, &args.shape)?,
            _ => bench.once(bench.programs.klingel(), &args.shape)?,
        };
        println!("run {number} of {}\n{}", args.runs, figures.table());
        runs.push(figures);
        if with_reference {
            references.push(bench.once(bench.programs.least_code(), &args.shape)?);
        }
    }
    let medians = Figures::medians(&runs);
    if args.runs > 1 {
        println!("medians of {} runs\n{}", args.runs, medians.table());
    }
    let reference = Figures::medians(&references);
    if with_reference {
        println!("the least code that does the same durable work, medians\n{}", reference.table());
        println!("ratio to the least code\n{}", ratios(&medians, &reference).table());
    }
    if let Some(path) = &args.json {
        let document = json!({
            "settings": args.shape.json(),
            "runs": runs.iter().map(Figures::json).collect::<Vec<_>>(),
            "medians": medians.json(),
            "least_code": reference.json(),
            "ratios": ratios(&medians, &reference).json(),
        });
        write_json(path, &document)?;
    }
    let lost: f64 = runs.iter().map(|run| run.value("lost")).sum();
    if lost > 0.0 {
        return Err(Failure::new(format!("{lost} deliveries of accepted messages did not arrive")));
    }
    Ok(())
}

fn write_json(path: &Path, document: &Value) -> Result<(), Failure> {
    std::fs::write(path, format!("{document:#}\n"))
        .map_err(Failure::while_doing(format!("write {}", path.display())))
}
