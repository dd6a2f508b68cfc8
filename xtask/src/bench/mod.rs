//! `cargo xtask bench`: how fast the real program is on this machine.
//!
//! The program runs as a child process on a store of its own. Driver and receiver run in this process on one thread,
//! with an HTTP of their own (`wire`), because they share the machine with what they measure. Latency counts from
//! before the first byte of a publish call to the arrival of the whole delivery.

mod driver;
#[cfg(test)]
mod fake;
mod figures;
mod measure;
mod message;
mod process;
mod receiver;
mod server;
mod target;
mod wire;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use crate::failure::Failure;
use crate::repository;
use driver::Load;
use figures::Figures;
use message::MESSAGES_MAX;
use server::Server;
use target::Target;

/// What to measure.
#[derive(clap::Args)]
pub struct Args {
    /// How long to publish; waiting for the last arrivals comes on top
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// Stop publishing after this many messages, if the seconds have not passed before
    #[arg(long, default_value_t = MESSAGES_MAX, value_name = "N", hide_default_value = true)]
    messages: u64,
    /// Connections that publish at the same time
    #[arg(long, default_value_t = 64, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    connections: u64,
    /// Endpoints that want every message
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000))]
    endpoints: u64,
    /// Size of each payload
    #[arg(long, default_value_t = 1_024, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(..=1_048_576))]
    payload_bytes: u64,
    /// Publish at this rate instead of as fast as the answers come
    #[arg(long, value_name = "MSG_PER_S", value_parser = rate)]
    rate: Option<f64>,
    /// Measure this often, each time with a fresh server, and add the medians
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100))]
    runs: u64,
    /// Write the figures to this file too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Measure a server that runs already, at http://host:port, instead of starting one
    #[arg(long, value_name = "URL", requires = "key")]
    against: Option<String>,
    /// Key for that server, with the right to administer
    #[arg(long, value_name = "KEY", requires = "against")]
    key: Option<String>,
    /// Processes of that server on this machine, for processor time and memory; comma-separated
    #[arg(long, value_name = "PID", value_delimiter = ',', requires = "against")]
    server_pid: Vec<u32>,
    /// Set by the bench for its own release build
    #[arg(long, hide = true)]
    built: bool,
}

/// Builds, measures, prints. Fails if an accepted message did not arrive or the server did not end in order.
pub fn run(args: &Args) -> Result<(), Failure> {
    if !args.built {
        return build_and_hand_over(args.against.is_none());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::while_doing("start the driver's runtime"))?;
    let mut runs = Vec::new();
    for number in 1..=args.runs {
        let figures = measure_once(args, &runtime)?;
        println!("run {number} of {}\n{}", args.runs, figures.table());
        runs.push(figures);
    }
    let medians = Figures::medians(&runs);
    if args.runs > 1 {
        println!("medians of {} runs\n{}", args.runs, medians.table());
    }
    if let Some(path) = &args.json {
        write_json(path, args, &runs, &medians)?;
    }
    let lost: f64 = runs.iter().map(|run| run.value("lost")).sum();
    if lost > 0.0 {
        return Err(Failure::new(format!("{lost} deliveries of accepted messages did not arrive")));
    }
    Ok(())
}

/// A debug build of the driver would take the processor time that the server needs, so the measuring is done by a
/// release build of this same program.
fn build_and_hand_over(needs_server: bool) -> Result<(), Failure> {
    let mut build = repository::cargo();
    build.args(["build", "--release", "--locked", "-p", "xtask"]);
    if needs_server {
        build.args(["-p", "klingel"]);
    }
    let status = build.status().map_err(Failure::while_doing("start `cargo build`"))?;
    if !status.success() {
        return Err(Failure::new(format!("the release build ended with {status}; its message is above")));
    }
    let program = release_folder()?.join("xtask");
    let measured = std::process::Command::new(&program)
        .args(std::env::args_os().skip(1))
        .arg("--built")
        .stdin(Stdio::null())
        .status()
        .map_err(Failure::while_doing(format!("start {}", program.display())))?;
    if measured.success() {
        Ok(())
    } else {
        Err(Failure::new("the measurement failed; its message is above"))
    }
}

fn release_folder() -> Result<PathBuf, Failure> {
    let metadata = repository::metadata()?;
    let target = metadata["target_directory"].as_str().map(PathBuf::from);
    target.map(|target| target.join("release")).ok_or_else(|| Failure::new("cargo names no target directory"))
}

fn measure_once(args: &Args, runtime: &tokio::runtime::Runtime) -> Result<Figures, Failure> {
    let load = Load {
        connections: to_usize(args.connections)?,
        duration: Duration::from_secs(args.seconds),
        messages_max: args.messages,
        payload_bytes: to_usize(args.payload_bytes)?,
        rate: args.rate,
    };
    let endpoints = to_usize(args.endpoints)?;
    let (outcome, started_in) = if let (Some(url), Some(key)) = (&args.against, &args.key) {
        let target = Target::new(url, key)?;
        (runtime.block_on(measure::measure(&target, &args.server_pid, load, endpoints))?, None)
    } else {
        let folder = release_folder()?;
        // The store lies beside the build, because a temporary folder is often kept in memory, where writing durably
        // costs nothing.
        let server = Server::start(&folder.join("klingel"), &folder)?;
        let measured = runtime.block_on(measure::measure(&server.target, &[server.pid()], load, endpoints));
        let started_in = server.started_in;
        let stopped = server.stop();
        let outcome = measured?;
        stopped?;
        (outcome, Some(started_in))
    };
    if let Some(error) = &outcome.first_error {
        println!("first publish call that failed: {error}");
    }
    let mut figures = outcome.figures;
    if let Some(started_in) = started_in {
        figures.add("start_ms", "start to accepting requests, ms", started_in.as_secs_f64() * 1e3, 1);
    }
    Ok(figures)
}

fn write_json(path: &Path, args: &Args, runs: &[Figures], medians: &Figures) -> Result<(), Failure> {
    let document = json!({
        "settings": {
            "seconds": args.seconds,
            "messages_max": args.messages,
            "connections": args.connections,
            "endpoints": args.endpoints,
            "payload_bytes": args.payload_bytes,
            "rate_per_s": args.rate,
        },
        "runs": runs.iter().map(Figures::json).collect::<Vec<_>>(),
        "medians": medians.json(),
    });
    std::fs::write(path, format!("{document:#}\n"))
        .map_err(Failure::while_doing(format!("write {}", path.display())))
}

fn to_usize(number: u64) -> Result<usize, Failure> {
    usize::try_from(number).map_err(Failure::while_doing(format!("use the number {number} on this machine")))
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    if rate.is_finite() && rate > 0.0 { Ok(rate) } else { Err("it must be above 0".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn a_rate_is_a_positive_number() {
        assert_eq!(rate("0.5").map(|rate| rate.to_string()).as_deref(), Ok("0.5"));
        for text in ["0", "-1", "inf", "NaN", "x"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }
}
