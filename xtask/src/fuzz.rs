//! `cargo xtask fuzz`: coverage-guided fuzzing of every target under `fuzz/`, on the stable toolchain.
//!
//! The targets are programs of `fuzz/`, a workspace of its own. libFuzzer comes with the crate `libfuzzer-sys`; what
//! `cargo fuzz` adds are the compiler's flags for counting edges, and those are stable options of code generation.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::run_command;
use crate::failure::Failure;
use crate::repository;

/// Seconds for each target, unless others are asked for.
const SECONDS: u64 = 60;
/// Bytes of an input: the limits of the parsers lie above or are met with less.
const INPUT_BYTES_MAX: usize = 4096;
/// An input that takes longer than this has found something.
const INPUT_SECONDS_MAX: u64 = 10;
/// More memory than this has found something.
const MEMORY_MIB_MAX: u64 = 2048;

/// Which targets, and how long.
#[derive(clap::Args)]
pub struct Args {
    /// This target alone; all of them without it
    target: Option<String>,
    /// Seconds for each target
    #[arg(long, default_value_t = SECONDS)]
    seconds: u64,
}

impl Default for Args {
    fn default() -> Self {
        Self { target: None, seconds: SECONDS }
    }
}

/// Builds the targets and runs them one after the other. New inputs go to `target/fuzz/`; the kept corpus is only read.
pub fn run(args: &Args) -> Result<(), Failure> {
    let targets = targets(args.target.as_deref())?;
    let host = host()?;
    build(&host)?;
    for target in &targets {
        let found = folder().join("target/fuzz/corpus").join(target);
        fs::create_dir_all(&found).map_err(Failure::while_doing(format!("make {}", found.display())))?;
        let mut command = Command::new(folder().join("target/fuzz").join(&host).join("release").join(target));
        command
            .arg(format!("-max_total_time={}", args.seconds))
            .arg(format!("-max_len={INPUT_BYTES_MAX}"))
            .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
            .arg(format!("-rss_limit_mb={MEMORY_MIB_MAX}"))
            .arg(format!("-artifact_prefix={}/", found.display()))
            .args(["-print_final_stats=1", "-verbosity=0"])
            .arg(found)
            .arg(folder().join("fuzz/corpus").join(target));
        run_command(
            command,
            "the input is named above; copy it to fuzz/corpus, where every test run plays it again",
        )?;
    }
    println!("{} targets, {} s each: nothing found", targets.len(), args.seconds);
    Ok(())
}

fn folder() -> PathBuf {
    repository::root()
}

/// The folders of `fuzz/corpus`, each named like its target.
fn targets(wanted: Option<&str>) -> Result<Vec<String>, Failure> {
    let corpus = folder().join("fuzz/corpus");
    let entries =
        fs::read_dir(&corpus).map_err(Failure::while_doing(format!("read {}", corpus.display())))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    match wanted {
        None => Ok(names),
        Some(name) if names.iter().any(|known| known == name) => Ok(vec![name.to_owned()]),
        Some(name) => {
            Err(Failure::new(format!("there is no target {name}; there are: {}", names.join(", "))))
        }
    }
}

/// This machine as the compiler names it. Naming it keeps the flags away from build scripts, which libFuzzer is not
/// linked to.
fn host() -> Result<String, Failure> {
    let output =
        Command::new("rustc").arg("-vV").output().map_err(Failure::while_doing("start `rustc -vV`"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).ok_or_else(|| Failure::new("`rustc -vV` names no host"))
}

fn build(host: &str) -> Result<(), Failure> {
    // What libFuzzer needs of the compiler: a counter for each edge, the table of their places, and the operands of
    // comparisons, with which it guesses magic numbers.
    const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                         -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                         -Cllvm-args=-sanitizer-coverage-pc-table \
                         -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Coverflow-checks";
    // The versions that the server is built with, and what libFuzzer needs beside them.
    let lock = folder().join("fuzz/Cargo.lock");
    fs::copy(folder().join("Cargo.lock"), &lock)
        .map_err(Failure::while_doing(format!("write {}", lock.display())))?;
    let mut command = repository::cargo();
    command
        .args(["build", "--release", "--features", "libfuzzer", "--bins"])
        .args(["--manifest-path", "fuzz/Cargo.toml", "--target-dir", "target/fuzz", "--target", host])
        .env("RUSTFLAGS", FLAGS);
    run_command(command, "fuzzing needs a C++ compiler beside the C compiler")
}
