//! `klingel portal remove`

use std::process::ExitCode;

use clap::Args;
use klingel_store::Access as _;

use crate::cli::Settings;
use crate::commands::key::store_failure;
use crate::commands::wait_for;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::wiring::{self, Machine};

/// Remove an operator: the password opens nothing any more, and whoever was logged in by this name is logged out.
#[derive(Debug, Args)]
pub struct Remove {
    /// The operator's name, as `klingel portal operators` shows it.
    name: String,
    #[command(flatten)]
    settings: Settings,
}

impl Remove {
    /// Says that it is done.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let config = self.settings.load(Vec::new())?;
        wait_for(remove(&config, &self.name))?;
        output::line(format_args!("removed {}", self.name))?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn remove(config: &Config, name: &str) -> Result<(), Failure> {
    let store = wiring::open_store(config, &Machine::real())?;
    if store.remove_operator(name).await.map_err(|error| store_failure(&error))? {
        return Ok(());
    }
    Err(Failure::new(format!("there is no operator {name} in this store; see `klingel portal operators`")))
}
