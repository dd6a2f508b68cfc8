//! The step that runs all tests. The runner's closing summary reaches standard output.

use super::tools;
use crate::command::run_command;
use crate::failure::Failure;
use crate::repository;

/// Unit and integration tests, then the examples in documentation, which cargo-nextest does not run.
pub fn run() -> Result<(), Failure> {
    let advice =
        "the failed tests are listed above; each can be run alone with `cargo test -p <crate> <name>`";
    if !tools::has_nextest() {
        let mut command = repository::cargo();
        command.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
        return run_command(command, advice);
    }
    // Examples first: what others look for is the runner's summary, which is then the last thing printed.
    let mut examples = repository::cargo();
    examples.args(["test", "--workspace", "--locked", "--doc", "--quiet"]);
    run_command(examples, advice)?;
    let mut command = repository::cargo();
    command.args(["nextest", "run", "--workspace", "--locked", "--no-tests", "fail"]);
    run_command(command, advice)
}
