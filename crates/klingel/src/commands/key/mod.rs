//! `klingel key`: making, listing and revoking API keys, also while a server runs on the same store.

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;

pub mod create;
pub mod list;
pub mod revoke;

/// Make, list and revoke API keys, also while a server runs on the same store.
#[derive(Debug, Subcommand)]
pub enum Key {
    Create(create::Create),
    List(list::List),
    Revoke(revoke::Revoke),
}

impl Key {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Create(create) => create.run(),
            Self::List(list) => list.run(),
            Self::Revoke(revoke) => revoke.run(),
        }
    }
}

/// What a store's error means to somebody at the terminal.
pub(crate) fn store_failure(error: &klingel_store::Error) -> Failure {
    Failure::new(format!("nothing was done: {error}"))
}
