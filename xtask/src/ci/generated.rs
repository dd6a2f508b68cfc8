//! The step that proves generated files fresh: the program generates them in memory and compares.

use crate::command::run_command;
use crate::failure::Failure;
use crate::repository;

/// Runs `klingel generated --check`, which names each stale file.
pub fn run() -> Result<(), Failure> {
    let mut command = repository::cargo();
    // By binary and not by package: selecting one package would change the features of its dependencies and build
    // them all again.
    command.args(["run", "--quiet", "--locked", "--bin", "klingel", "--", "generated", "--check"]);
    run_command(command, "run `cargo run --bin klingel -- generated` and commit what it writes")
}
