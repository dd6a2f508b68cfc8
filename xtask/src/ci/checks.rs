//! The steps that are one command of cargo.

use super::report::Outcome;
use super::tools;
use crate::command::run_command;
use crate::failure::Failure;
use crate::repository;

/// Formatting, without changing a file.
pub fn fmt() -> Result<(), Failure> {
    let mut command = repository::cargo();
    command.args(["fmt", "--all", "--check"]);
    run_command(command, "run `cargo fmt`")
}

/// All lints of all targets.
pub fn clippy() -> Result<(), Failure> {
    let mut command = repository::cargo();
    command.args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]);
    run_command(command, "mend what the lint says; `#[expect(..., reason = \"...\")]` is for true exceptions")
}

/// The documentation builds, and its links lead somewhere. Private items are included: the readers are those who work
/// on the code, and a module's overview may link to its private parts.
pub fn doc() -> Result<(), Failure> {
    let mut command = repository::cargo();
    command
        .args(["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links");
    run_command(command, "mend the doc comment it names")
}

/// Third-party crates against `deny.toml`. Advisories stay out: their answer changes without a change of the code,
/// and needs the network.
pub fn deny() -> Result<Outcome, Failure> {
    if !tools::answers("cargo-deny", &["--version"]) {
        println!(
            "cargo-deny is not installed; licences, bans and sources of dependencies are not checked in this run"
        );
        return Ok(Outcome::LeftOut);
    }
    let mut command = repository::cargo();
    command.args(["deny", "--locked", "check", "bans", "licenses", "sources"]);
    run_command(command, "replace the crate, or add it to deny.toml with its reason")
        .map(|()| Outcome::Passed)
}
