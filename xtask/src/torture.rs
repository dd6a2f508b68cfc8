//! `cargo xtask torture`: the test that kills the real server under load, for as many rounds as wanted.

use crate::command::run_command;
use crate::failure::Failure;
use crate::repository;

/// Rounds, unless others are asked for.
const ROUNDS: usize = 200;
/// Where the test finds the number of rounds.
const ROUNDS_VARIABLE: &str = "TORTURE_ROUNDS";
const TEST: &str = "faults::crash::everything_accepted_arrives_although_the_server_is_killed_again_and_again";

/// How long to go on.
#[derive(clap::Args)]
pub struct Args {
    /// Kills
    #[arg(long, default_value_t = ROUNDS)]
    rounds: usize,
}

impl Default for Args {
    fn default() -> Self {
        Self { rounds: ROUNDS }
    }
}

/// Runs it. What publishers saw, what was lost and what came twice is printed at the end.
pub fn run(args: &Args) -> Result<(), Failure> {
    let mut command = repository::cargo();
    command.args(["test", "--locked", "--package", "klingel", "--test", "it", "--"]);
    command.args(["--exact", TEST, "--nocapture"]).env(ROUNDS_VARIABLE, args.rounds.to_string());
    run_command(command, "a message that was accepted did not arrive: the output above says which")
}
