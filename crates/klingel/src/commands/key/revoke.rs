//! `klingel key revoke`

use std::process::ExitCode;

use clap::Args;
use klingel_model::ApiKeyId;
use klingel_store::Catalog as _;

use super::store_failure;
use crate::cli::Settings;
use crate::commands::wait_for;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::wiring::{self, Machine};

/// Revoke a key for good.
///
/// A running server refuses it within two seconds.
#[derive(Debug, Args)]
pub struct Revoke {
    /// The key's id, as `klingel key list` shows it: key_…
    id: ApiKeyId,
    #[command(flatten)]
    settings: Settings,
}

impl Revoke {
    /// Says that it is done.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let config = self.settings.load(Vec::new())?;
        wait_for(revoke(&config, self.id))?;
        output::line(format_args!("revoked {}", self.id))?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn revoke(config: &Config, id: ApiKeyId) -> Result<(), Failure> {
    let machine = Machine::real();
    let store = wiring::open_store(config, &machine)?;
    let done = store.revoke_key(id, machine.clock.now()).await.map_err(|error| store_failure(&error))?;
    if done {
        return Ok(());
    }
    Err(Failure::new(format!(
        "there is no key {id} in this store that is still in force; see `klingel key list`"
    )))
}
