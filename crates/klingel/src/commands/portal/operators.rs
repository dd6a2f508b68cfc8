//! `klingel portal operators`

use std::process::ExitCode;

use clap::Args;
use klingel_model::Operator;
use klingel_store::{Access as _, Order, Page};

use super::environment;
use crate::cli::Settings;
use crate::commands::key::list::all_environments;
use crate::commands::key::store_failure;
use crate::commands::wait_for;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::wiring::{self, Machine};

/// Rows read at once.
const PAGE_ROWS: usize = 200;

/// List the operators who have a password.
#[derive(Debug, Args)]
pub struct Operators {
    /// Only those of this environment.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

impl Operators {
    /// Prints a line per operator.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let config = self.settings.load(Vec::new())?;
        let found = wait_for(list(&config, self.environment.as_deref()))?;
        output::line(format_args!("{:<24}  {:<16}  password set", "name", "environment"))?;
        for (environment, operator) in found {
            let day = &operator.created_at.to_rfc3339()[..19];
            output::line(format_args!("{:<24}  {environment:<16}  {day}Z", operator.name))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(config: &Config, only: Option<&str>) -> Result<Vec<(String, Operator)>, Failure> {
    let store = wiring::open_store(config, &Machine::real())?;
    let environments = match only {
        Some(_) => vec![environment(&store, only).await?],
        None => all_environments(&store).await?,
    };
    let mut operators = Vec::new();
    for environment in environments {
        let mut after = None;
        loop {
            let page = Page { limit: PAGE_ROWS, after, order: Order::Ascending };
            let part = store.operators(environment.id, page).await.map_err(|error| store_failure(&error))?;
            operators.extend(part.items.into_iter().map(|one| (environment.name.clone(), one)));
            after = part.resume;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(operators)
}
