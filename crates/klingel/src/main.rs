//! The binary: command line, settings, wiring and life of the server.
//!
//! - [`cli`] is the command line, [`commands`] holds a file for each command
//! - [`config`] is the table of settings
//! - [`wiring`] is the only place that sees concrete stores, transports and dialects
//! - [`lifecycle`] starts, waits for signals and stops; [`http_server`] takes connections in
//! - [`telemetry`] is logs and metrics
//! - [`system_clock`], [`os_dice`], [`open_files`], [`master_key`], [`secret_input`] and [`server_lock`] are what is real about the machine

use std::process::ExitCode;

mod api_client;
mod cli;
mod commands;
mod config;
mod failure;
mod http_server;
mod inspected_transport;
mod lifecycle;
mod master_key;
mod open_files;
mod os_dice;
mod output;
mod secret_input;
mod server_lock;
mod system_clock;
mod telemetry;
mod wiring;

/// Most of what is allocated is small, and freed by another thread than the one that asked for it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match commands::run_from_arguments() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("klingel: {failure}");
            ExitCode::FAILURE
        }
    }
}
