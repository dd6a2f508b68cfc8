//! The steps that are one command of cargo.

use std::process::{Command, Stdio};

use super::report::Outcome;
use super::tools;
use crate::failure::Failure;
use crate::repository;

/// Runs a command without standard input and with everything it prints on standard output.
/// `advice` says what to do if it ends with an error.
pub fn run_command(mut command: Command, advice: &str) -> Result<(), Failure> {
    let shown = shown(&command);
    println!("$ {shown}");
    let status = command
        .stdin(Stdio::null())
        .stderr(Stdio::from(std::io::stdout()))
        .status()
        .map_err(Failure::while_doing(format!("start `{shown}`")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{shown}` ended with {status}: {advice}")))
}

fn shown(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let name = program.rsplit('/').next().unwrap_or(&program).to_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_named_with_its_advice() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "exit 3"]);
        let failure = run_command(command, "do better").expect_err("exit code 3 is a failure").to_string();
        assert!(failure.contains("`sh -c exit 3`"), "{failure}");
        assert!(failure.contains('3') && failure.ends_with("do better"), "{failure}");
    }

    #[test]
    fn a_command_that_does_not_exist_is_named() {
        let failure =
            run_command(Command::new("/nowhere/no-such-tool"), "").expect_err("there is no such tool");
        assert!(failure.to_string().contains("no-such-tool"), "{failure}");
    }
}
