//! `klingel doctor`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};

use clap::Args;
use klingel_model::Micros;
use klingel_store::Upkeep as _;

use super::wait_for;
use crate::cli::Settings;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::wiring::{self, Machine};
use crate::{master_key, open_files};

/// Files that are open beside connections: store, log, listener, timers.
const OTHER_FILES: u64 = 64;
/// How far the clock may differ from the time that the store's disk writes on a new file.
const CLOCK_DIFFERENCE_MAX: Duration = Duration::from_secs(5);
/// 2025-01-01: this program did not exist before.
const EARLIEST_US: i64 = 1_735_689_600_000_000;

/// Look for what keeps Klingel from working well here.
///
/// It looks at settings, store, master key, clock, address guard, open files and disk space, and changes nothing but a
/// probe that it takes away again. Each line is ok, warning or error, a name, and a sentence. Exit code 1 if there is an error.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    settings: Settings,
}

/// A line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Finding {
    Ok(String),
    Warning(String),
    Error(String),
}

impl Doctor {
    /// Prints the report.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let config = match self.settings.load_with_sources(Vec::new()) {
            Ok(loaded) => loaded.config,
            Err(problems) => {
                for problem in problems {
                    print("settings", &Finding::Error(problem.to_string()))?;
                }
                return Ok(ExitCode::FAILURE);
            }
        };
        let machine = Machine::real();
        let report = [
            ("settings", Finding::Ok("all of them are known and right.".to_owned())),
            ("store", store(&config, &machine)),
            ("master key", key(&config, &machine)),
            ("clock", clock(&config, &machine)),
            ("address guard", guard(&config)),
            ("open files", files(&config)),
            ("disk space", disk(&config)),
        ];
        for (name, finding) in &report {
            print(name, finding)?;
        }
        let failed = report.iter().any(|(_, finding)| matches!(finding, Finding::Error(_)));
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn print(name: &str, finding: &Finding) -> Result<(), Failure> {
    let (word, sentence) = match finding {
        Finding::Ok(sentence) => ("ok", sentence),
        Finding::Warning(sentence) => ("warning", sentence),
        Finding::Error(sentence) => ("error", sentence),
    };
    output::line(format_args!("{word:<7}  {name:<13}  {sentence}"))
}

/// The folder that holds the store, from the root.
fn folder(config: &Config) -> PathBuf {
    let path = std::path::absolute(&config.store_path).unwrap_or_else(|_| config.store_path.clone());
    path.parent().map_or_else(|| PathBuf::from("/"), Path::to_owned)
}

fn exists(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0)
}

fn store(config: &Config, machine: &Machine) -> Finding {
    let path = config.store_path.display();
    if !exists(&config.store_path) {
        let folder = folder(config);
        return match tempfile::tempfile_in(&folder) {
            Ok(_) => Finding::Ok(format!("{path} does not exist yet; it will be made at the first start.")),
            Err(error) => Finding::Error(format!(
                "{path} does not exist yet and cannot be made, because {} cannot be written to: {error}.",
                folder.display()
            )),
        };
    }
    let probed = wait_for(async {
        let store = wiring::open_store(config, machine)?;
        store.probe(machine.clock.now()).await.map_err(|error| Failure::new(error.to_string()))
    });
    match probed {
        Ok(()) => Finding::Ok(format!("{path} was written to and read.")),
        Err(failure) => Finding::Error(format!("{failure}.")),
    }
}

fn key(config: &Config, machine: &Machine) -> Finding {
    let path = config.master_key_path();
    if config.master_key.is_none() && !path.exists() && !exists(&config.store_path) {
        return Finding::Ok(format!("{} will be made at the first start; back it up.", path.display()));
    }
    match master_key::open_or_make(config, &*machine.dice) {
        Err(failure) => Finding::Error(format!("{failure}.")),
        Ok(_) if config.master_key.is_some() => Finding::Ok("comes from the setting master_key.".to_owned()),
        Ok(_) if master_key::is_open_to_others(&path) => Finding::Warning(format!(
            "{} can be read by others than its owner; `chmod 600` it.",
            path.display()
        )),
        Ok(_) => Finding::Ok(format!("{} is readable by its owner only.", path.display())),
    }
}

fn clock(config: &Config, machine: &Machine) -> Finding {
    let now = machine.clock.now();
    if now < Micros::from_unix_us(EARLIEST_US) {
        return Finding::Error(format!(
            "it says {}, which is in the past; receivers refuse signatures that are five minutes off.",
            now.to_rfc3339()
        ));
    }
    let written = tempfile::tempfile_in(folder(config)).and_then(|file| file.metadata()?.modified());
    let Some(on_disk) = written.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()) else {
        return Finding::Warning(format!(
            "it says {}; the disk's time could not be compared.",
            now.to_rfc3339()
        ));
    };
    let on_disk = Micros::from_unix_us(0).plus(on_disk);
    let difference = now.since(on_disk).max(on_disk.since(now));
    if difference > CLOCK_DIFFERENCE_MAX {
        return Finding::Warning(format!(
            "it differs from the time that the store's disk writes by {} s; one of the two machines is wrong.",
            difference.as_secs()
        ));
    }
    Finding::Ok(format!("it says {}.", now.to_rfc3339()))
}

fn guard(config: &Config) -> Finding {
    let guard = &config.outbound.guard;
    if guard.allow_private_networks {
        return Finding::Warning(
            "allow_private_networks is on: whoever may create endpoints can reach into your network. Prefer \
             allow_cidrs or allow_hosts."
                .to_owned(),
        );
    }
    let exceptions = guard.allow_cidrs.len() + guard.allow_hosts.len();
    match exceptions {
        0 => Finding::Ok("only public addresses are called.".to_owned()),
        n => Finding::Ok(format!(
            "only public addresses are called, with {n} exceptions by allow_cidrs and allow_hosts."
        )),
    }
}

fn files(config: &Config) -> Finding {
    let wanted = [config.connections_max, config.engine.in_flight_max, config.outbound.idle_total_max];
    let wanted = wanted.iter().map(|count| *count as u64).sum::<u64>() + OTHER_FILES;
    match open_files::raise_limit().soft {
        Some(limit) if limit < wanted => Finding::Warning(format!(
            "{limit} may be open, but connections_max, in_flight_max and idle_total_max together may need {wanted}; \
             raise the limit (ulimit -n, LimitNOFILE) or lower the settings."
        )),
        Some(limit) => Finding::Ok(format!("{limit} may be open, at most {wanted} are needed.")),
        None => Finding::Ok("any number may be open.".to_owned()),
    }
}

fn disk(config: &Config) -> Finding {
    const MIB: u64 = 1024 * 1024;
    let folder = folder(config);
    let free = match rustix::fs::statvfs(&folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return Finding::Error(format!("{} cannot be looked at: {error}.", folder.display())),
    };
    let least = config.store_free_bytes_min;
    let place = folder.display();
    if free < least {
        return Finding::Error(format!(
            "{} MiB are free in {place}, fewer than store_free_bytes_min: messages are refused with 503.",
            free / MIB
        ));
    }
    if free < least.saturating_mul(4) {
        return Finding::Warning(format!("only {} MiB are free in {place}.", free / MIB));
    }
    Finding::Ok(format!("{} MiB are free in {place}.", free / MIB))
}
