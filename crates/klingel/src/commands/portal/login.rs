//! `klingel portal login`

use std::process::ExitCode;

use clap::Args;
use klingel_engine::link::{self, OPERATOR_LINK_FOR, Wanted};
use klingel_model::PassScope;
use klingel_store::Store;

use super::{environment, holder};
use crate::cli::Settings;
use crate::commands::key::store_failure;
use crate::commands::wait_for;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::wiring::{self, Machine};

/// The holder where neither the command nor the machine names one.
const NOBODY_KNOWN: &str = "klingel portal login";

/// Print a link that logs an operator in to the portal, and nothing else.
///
/// It works once, within 10 minutes, and opens everything in its environment. It begins with the setting `public_url`,
/// or with the address of `listen`.
#[derive(Debug, Args)]
pub struct Login {
    /// The environment to open; not needed if there is only one.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Who logs in, for the portal's audit log and its list of sessions; without it, this machine's user.
    #[arg(long, alias = "holder", value_name = "NAME", value_parser = holder)]
    name: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

impl Login {
    /// Prints the link.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let config = self.settings.load(Vec::new())?;
        let name = self.name.unwrap_or_else(user);
        let url = wait_for(login(&config, self.environment.as_deref(), name))?;
        output::line(format_args!("{url}"))?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn login(config: &Config, environment: Option<&str>, holder: String) -> Result<String, Failure> {
    let machine = Machine::real();
    let store = wiring::open_store(config, &machine)?;
    link(&store, &machine, environment, holder, &config.public_url_at(config.listen)).await
}

/// Who runs the command, as the shell says: the one who became somebody else for it, before him whom he became.
fn user() -> String {
    let mut names = ["SUDO_USER", "USER", "LOGNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
    names.find_map(|name| holder(&name).ok()).unwrap_or_else(|| NOBODY_KNOWN.to_owned())
}

/// Makes a link for an operator to the portal at `public_url`.
pub async fn link(
    store: &dyn Store,
    machine: &Machine,
    environment_name: Option<&str>,
    holder: String,
    public_url: &str,
) -> Result<String, Failure> {
    let wanted = Wanted {
        environment_id: environment(store, environment_name).await?.id,
        scope: PassScope::Operator,
        holder,
        read_only: false,
        valid_for: OPERATOR_LINK_FOR,
    };
    let (token, pass) = link::new(wanted, &*machine.clock, &*machine.dice);
    store.add_link(pass).await.map_err(|error| store_failure(&error))?;
    Ok(link::url(public_url, &token))
}
