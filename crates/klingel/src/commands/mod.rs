//! The commands, a file each.

use std::future::Future;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::cli::{Cli, Command, ConfigCommand};
use crate::failure::Failure;

pub mod config_check;
pub mod demo;
pub mod doctor;
pub mod generated;
pub mod inspect;
pub mod key;
pub mod migrate;
pub mod payload;
pub mod portal;
pub mod send;
pub mod serve;
pub mod vendor;
pub mod verify;

/// Reads the command line, the dialects' commands included, and does what it asks for.
pub fn run_from_arguments() -> Result<ExitCode, Failure> {
    let matches = vendor::attach(Cli::command()).get_matches();
    if let Some((vendor, arguments)) = vendor::asked(&matches) {
        return vendor::run(&vendor, arguments);
    }
    run(Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
}

/// Does what the command line asks for. `Ok` carries the exit code of commands whose answer may be "no".
fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        Command::Serve(serve) => serve.run(),
        Command::Key(key) => key.run(),
        Command::Portal(portal) => portal.run(),
        Command::Demo(demo) => demo.run(),
        Command::Send(send) => send.run(),
        Command::Verify(verify) => verify.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::Migrate(migrate) => migrate.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Config(ConfigCommand::Check(check)) => check.run(),
        Command::Generated(generated) => generated.run(),
    }
}

/// Runs to the end what has to wait for the network or the store.
pub fn wait_for<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("the system gives no threads: {error}")))?
        .block_on(work)
}
