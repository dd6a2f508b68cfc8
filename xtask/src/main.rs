//! The project's chores, run as `cargo xtask <chore>`: what a continuous integration server does, what a reviewer
//! would otherwise look for by eye, and the measurement of speed. Nothing here is part of the product.

mod bench;
mod ci;
mod command;
mod failure;
mod fuzz;
mod repository;
mod stopwatch;
mod tidy;
mod torture;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's chores.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Everything that must pass before a change is merged; the only command the CI server runs
    Ci(ci::Args),
    /// The rules of the house that a text search can check: who imports whom, file sizes, banned calls, links
    Tidy,
    /// Measure the real server on this machine: throughput, latency, processor time and memory
    Bench(Box<bench::Args>),
    /// Kill the real server again and again under load, and count what is lost and what comes twice
    Torture(torture::Args),
    /// Feed every parser of foreign bytes with mutations of the kept corpus, guided by coverage
    Fuzz(fuzz::Args),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().chore {
        Chore::Ci(args) => ci::run(&args),
        Chore::Tidy => tidy::run(),
        Chore::Bench(args) => bench::run(&args),
        Chore::Torture(args) => torture::run(&args),
        Chore::Fuzz(args) => fuzz::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
