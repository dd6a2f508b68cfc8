//! The commands, a file each.

use std::future::Future;
use std::process::ExitCode;

use crate::cli::{Cli, Command, ConfigCommand};
use crate::failure::Failure;

pub mod config_check;
pub mod demo;
pub mod doctor;
pub mod generated;
pub mod key;
pub mod migrate;
pub mod payload;
pub mod send;
pub mod serve;
pub mod verify;

/// Does what the command line asks for. `Ok` carries the exit code of commands whose answer may be "no".
pub fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        Command::Serve(serve) => serve.run(),
        Command::Key(key) => key.run(),
        Command::Demo(demo) => demo.run(),
        Command::Send(send) => send.run(),
        Command::Verify(verify) => verify.run(),
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
