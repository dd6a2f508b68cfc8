//! `klingel key list`

use std::process::ExitCode;

use clap::Args;
use klingel_model::{ApiKey, Environment};
use klingel_store::{Order, Page, Reader};

use super::store_failure;
use crate::cli::Settings;
use crate::commands::wait_for;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::wiring::{self, Machine};

/// Rows read at once.
const PAGE_ROWS: usize = 200;

/// List the keys, revoked ones included.
///
/// The keys themselves are not in the store and cannot be shown again.
#[derive(Debug, Args)]
pub struct List {
    /// Only the keys to this environment.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

impl List {
    /// Prints a line per key.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let config = self.settings.load(Vec::new())?;
        let found = wait_for(list(&config, self.environment.as_deref()))?;
        output::line(format_args!(
            "{:<26}  {:<16}  {:<7}  {:<20}  {:<20}  label",
            "id", "environment", "role", "created", "revoked"
        ))?;
        for (environment, key) in found {
            let day = |instant: klingel_model::Micros| format!("{}Z", &instant.to_rfc3339()[..19]);
            output::line(format_args!(
                "{:<26}  {:<16}  {:<7}  {:<20}  {:<20}  {}",
                key.id.to_string(),
                environment,
                key.role.as_str(),
                day(key.created_at),
                key.revoked_at.map_or_else(|| "-".to_owned(), day),
                key.label
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(config: &Config, only: Option<&str>) -> Result<Vec<(String, ApiKey)>, Failure> {
    let store = wiring::open_store(config, &Machine::real())?;
    let environments = match only {
        Some(name) => {
            let found = store.environment_by_name(name).await.map_err(|error| store_failure(&error))?;
            vec![found.ok_or_else(|| Failure::new(format!("there is no environment {name} in this store")))?]
        }
        None => all_environments(&store).await?,
    };
    let mut keys = Vec::new();
    for environment in environments {
        let mut after = None;
        loop {
            let page = Page { limit: PAGE_ROWS, after, order: Order::Ascending };
            let part = store.keys(environment.id, page).await.map_err(|error| store_failure(&error))?;
            keys.extend(part.items.into_iter().map(|key| (environment.name.clone(), key)));
            after = part.resume;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(keys)
}

/// Every environment of the store.
pub(crate) async fn all_environments(store: &dyn Reader) -> Result<Vec<Environment>, Failure> {
    let mut environments = Vec::new();
    let mut after = None;
    loop {
        let page = Page { limit: PAGE_ROWS, after, order: Order::Ascending };
        let part = store.environments(page).await.map_err(|error| store_failure(&error))?;
        environments.extend(part.items);
        after = part.resume;
        if after.is_none() {
            return Ok(environments);
        }
    }
}
