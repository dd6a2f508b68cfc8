//! The first step: what the others need is here, or is fetched, or is named in one line.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::run_command;
use crate::failure::Failure;
use crate::repository;

/// What tests run beside Rust: receivers' recipes in their own languages, the examples with curl, and
/// the portal in a browser.
/// Program, an argument that only asks, Debian's package.
const FOR_TESTS: [(&str, &str, &str); 6] = [
    ("python3", "--version", "python3"),
    ("node", "--version", "nodejs"),
    ("php", "--version", "php-cli"),
    ("curl", "--version", "curl"),
    ("npm", "--version", "npm"),
    ("chromium", "--version", "chromium"),
];

/// Looks for the formatter, the linter, a C compiler (the embedded store and the cryptography are C) and what tests run.
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
    for_tests()?;
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
    if !may_install() {
        return Err(Failure::new(format!(
            "{missing}: install one, on Debian `apt-get install gcc libc6-dev`"
        )));
    }
    install(&["gcc", "libc6-dev"], &missing)
}

/// On a CI server a missing language is a failure: its tests would say so later.
fn for_tests() -> Result<(), Failure> {
    let missing: Vec<_> =
        FOR_TESTS.iter().filter(|(program, question, _)| !answers(program, &[question])).collect();
    let list = |of: fn(&(&'static str, &'static str, &'static str)) -> &'static str| {
        missing.iter().map(|tool| of(tool)).collect::<Vec<_>>()
    };
    let (programs, packages) = (list(|tool| tool.0).join(", "), list(|tool| tool.2));
    if missing.is_empty() {
        println!("python3, node, php, curl, npm, chromium: found");
        return Ok(());
    }
    let said = format!("{programs}: not installed, which tests run");
    if may_install() {
        return install(&packages, &said);
    }
    let said = format!("{said}; on Debian `apt-get install {}`", packages.join(" "));
    if std::env::var("CI").is_ok_and(|ci| ci == "true") {
        return Err(Failure::new(said));
    }
    println!("{said}; without them those tests are left out and say so");
    Ok(())
}

/// Whether packages can be installed here: by root, on Debian.
fn may_install() -> bool {
    rustix::process::geteuid().is_root() && Path::new("/etc/debian_version").exists()
}

fn install(packages: &[&str], missing: &str) -> Result<(), Failure> {
    println!("{missing}; installing {} from Debian's packages", packages.join(", "));
    let install = ["install", "-y", "--no-install-recommends"].iter().chain(packages).copied();
    for arguments in [vec!["update"], install.collect()] {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run_command(command, &format!("{missing}: install {} by hand", packages.join(" ")))?;
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
