//! The first step: what the others need is here, or is fetched, or is named in one line.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::run_command;
use crate::failure::Failure;
use crate::repository;

/// Looks for the formatter, the linter and a C compiler (the embedded store and the cryptography are C).
pub fn run() -> Result<(), Failure> {
    for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let mut command = repository::cargo();
        command.args([tool, "--version"]);
        if !succeeds(command) {
            return Err(Failure::new(format!(
                "`cargo {tool}` is missing: run `rustup component add {component}`"
            )));
        }
        println!("cargo {tool}: found");
    }
    c_compiler()?;
    let nextest = if has_nextest() { "found" } else { "not installed; `cargo test` runs the tests" };
    println!("cargo-nextest: {nextest}");
    let deny =
        if answers("cargo-deny", &["--version"]) { "found" } else { "not installed; that step is left out" };
    println!("cargo-deny: {deny}");
    Ok(())
}

/// Whether the tests can run under cargo-nextest. It is never built here: that takes longer than the tests.
pub fn has_nextest() -> bool {
    answers("cargo-nextest", &["nextest", "--version"])
}

/// Whether a program is there and ends well with these arguments.
pub fn answers(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments);
    succeeds(command)
}

fn succeeds(mut command: Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

fn c_compiler() -> Result<(), Failure> {
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    if answers(&compiler, &["--version"]) {
        println!("C compiler: found ({compiler})");
        return Ok(());
    }
    let missing = format!("no C compiler (`{compiler}`), which SQLite and the cryptography are built with");
    let is_root = rustix::process::geteuid().is_root();
    if !is_root || !Path::new("/etc/debian_version").exists() {
        return Err(Failure::new(format!(
            "{missing}: install one, on Debian `apt-get install gcc libc6-dev`"
        )));
    }
    println!("{missing}; installing gcc from Debian's packages");
    for arguments in [&["update"][..], &["install", "-y", "--no-install-recommends", "gcc", "libc6-dev"][..]]
    {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run_command(command, &format!("{missing}: install gcc by hand"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_answers_only_if_it_exists_and_ends_well() {
        assert!(answers("/bin/sh", &["-c", "exit 0"]));
        assert!(!answers("/bin/sh", &["-c", "exit 1"]));
        assert!(!answers("/nowhere/no-such-tool", &[]));
    }
}
