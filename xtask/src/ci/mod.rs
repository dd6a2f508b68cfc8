//! `cargo xtask ci`: all that must pass before a change is merged, in the order in which failures are cheapest.
//!
//! Everything the steps print goes to standard output, so that one stream holds the whole story in its true order.

mod browser;
mod checks;
mod generated;
mod report;
mod run_tests;
mod tools;

use clap::ValueEnum;

use crate::failure::Failure;
use crate::stopwatch::Stopwatch;
use crate::{fuzz, tidy, torture};
use report::{Outcome, Report};

/// Which steps to run; all of them without an option.
#[derive(clap::Args)]
pub struct Args {
    /// Begin with this step: the earlier ones passed a minute ago
    #[arg(long, value_name = "STEP", conflicts_with = "only")]
    from: Option<Step>,
    /// Run this step alone
    #[arg(long, value_name = "STEP")]
    only: Option<Step>,
    /// Run the steps, too, that take many minutes: torture and fuzz
    #[arg(long)]
    long: bool,
}

/// The steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Step {
    /// The programs that the other steps need
    Tools,
    /// `cargo fmt --check`
    Fmt,
    /// The rules of the house (`cargo xtask tidy`)
    Tidy,
    /// Licences, banned crates and sources (cargo-deny, if installed)
    Deny,
    /// `cargo clippy` without a warning
    Clippy,
    /// `cargo doc` without a warning
    Doc,
    /// All tests (cargo-nextest if installed, otherwise `cargo test`)
    Test,
    /// The portal in a real browser (`e2e/`)
    Browser,
    /// Generated files in docs/ are what the code generates
    Generated,
    /// `cargo xtask torture`, with --long only
    Torture,
    /// `cargo xtask fuzz`, a minute for each target, with --long only
    Fuzz,
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Whether it takes many minutes.
    fn is_long(self) -> bool {
        matches!(self, Step::Torture | Step::Fuzz)
    }

    /// What the step needs or does not need is its own business; it says so in what it prints.
    fn run(self) -> Result<Outcome, Failure> {
        match self {
            Step::Tools => tools::run().map(|()| Outcome::Passed),
            Step::Fmt => checks::fmt().map(|()| Outcome::Passed),
            Step::Tidy => tidy::run().map(|()| Outcome::Passed),
            Step::Deny => checks::deny(),
            Step::Clippy => checks::clippy().map(|()| Outcome::Passed),
            Step::Doc => checks::doc().map(|()| Outcome::Passed),
            Step::Test => run_tests::run().map(|()| Outcome::Passed),
            Step::Browser => browser::run().map(|()| Outcome::Passed),
            Step::Generated => generated::run().map(|()| Outcome::Passed),
            Step::Torture => torture::run(&torture::Args::default()).map(|()| Outcome::Passed),
            Step::Fuzz => fuzz::run(&fuzz::Args::default()).map(|()| Outcome::Passed),
        }
    }
}

/// Runs the steps and stops at the first that fails; the table of times comes in either case.
pub fn run(args: &Args) -> Result<(), Failure> {
    let mut report = Report::new();
    let mut failed = None;
    for step in selected(args) {
        report.heading(&step.name());
        let stopwatch = Stopwatch::start();
        let outcome = step.run();
        let took = stopwatch.elapsed();
        match outcome {
            Ok(outcome) => report.add(&step.name(), outcome, took),
            Err(failure) => {
                report.add(&step.name(), Outcome::Failed, took);
                failed = Some((step, failure));
                break;
            }
        }
    }
    report.print_table();
    match failed {
        None => Ok(()),
        Some((step, failure)) => Err(Failure::new(format!(
            "ci stopped at the step `{0}`: {failure}\n       after mending it: cargo xtask ci --from {0}",
            step.name()
        ))),
    }
}

fn selected(args: &Args) -> Vec<Step> {
    let all = Step::value_variants().iter().copied().filter(|step| args.long || !step.is_long());
    match (args.only, args.from) {
        (Some(only), _) => vec![only],
        (None, Some(from)) => all.filter(|step| *step >= from).collect(),
        (None, None) => all.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_selected_in_their_order() {
        let all = selected(&Args { from: None, only: None, long: false });
        assert_eq!(all.first(), Some(&Step::Tools));
        assert_eq!(all.last(), Some(&Step::Generated));
        assert_eq!(
            selected(&Args { from: Some(Step::Test), only: None, long: false }),
            [Step::Test, Step::Browser, Step::Generated]
        );
        assert_eq!(selected(&Args { from: None, only: Some(Step::Clippy), long: false }), [Step::Clippy]);
        let long = selected(&Args { from: None, only: None, long: true });
        assert_eq!(long.last(), Some(&Step::Fuzz));
    }
}
