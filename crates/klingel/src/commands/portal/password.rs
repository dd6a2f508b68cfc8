//! `klingel portal password`

use std::process::ExitCode;

use clap::Args;
use klingel_engine::password;
use klingel_model::Operator;
use klingel_store::Access as _;

use super::{environment, holder};
use crate::cli::Settings;
use crate::commands::key::store_failure;
use crate::commands::wait_for;
use crate::config::Config;
use crate::failure::Failure;
use crate::wiring::{self, Machine};
use crate::{output, secret_input};

/// Set the password of an operator, new or known.
///
/// It is read from the terminal, where it is not shown, or as a line of standard input; never from an argument. Only
/// its hash is stored. Whoever was logged in by this name is logged out.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  klingel portal password desk < password.txt")]
pub struct Password {
    /// The name to log in with.
    #[arg(value_parser = holder)]
    name: String,
    /// The environment that is opened; not needed if there is only one.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

impl Password {
    /// Says that it is set.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let config = self.settings.load(Vec::new())?;
        wait_for(set(&config, self.environment.as_deref(), self.name.clone()))?;
        output::line(format_args!("{} can log in to the portal", self.name))?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn set(config: &Config, environment_name: Option<&str>, name: String) -> Result<(), Failure> {
    let machine = Machine::real();
    let store = wiring::open_store(config, &machine)?;
    // Before the password is asked for: nobody types it for nothing.
    let environment_id = environment(&store, environment_name).await?.id;
    let dice = machine.dice;
    let hashed = tokio::task::spawn_blocking(move || {
        let secret = secret_input::read_new("Password")?;
        password::hash(&secret, &*dice).map_err(|unfit| Failure::new(format!("{unfit}; nothing was done")))
    });
    let password_hash = hashed.await.map_err(|_| Failure::new("hashing the password was broken off"))??;
    let operator = Operator { name, environment_id, password_hash, created_at: machine.clock.now() };
    store.put_operator(operator).await.map_err(|error| store_failure(&error))
}
