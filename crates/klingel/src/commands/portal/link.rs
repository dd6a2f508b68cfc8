//! `klingel portal link`

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use klingel_engine::link::{self, CUSTOMER_ACCESS_S, CUSTOMER_ACCESS_S_MAX, CUSTOMER_ACCESS_S_MIN, Wanted};
use klingel_model::id::Kind as _;
use klingel_model::{Application, EnvironmentId, PassScope, Uid, id};
use klingel_store::{Access as _, AppRef, Reader};

use super::environment;
use crate::cli::Settings;
use crate::commands::key::store_failure;
use crate::commands::wait_for;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::wiring::{self, Machine};

/// The holder in the audit log.
const HOLDER: &str = "klingel portal link";

/// Print a link to the portal of one application, for its customer, and nothing else.
///
/// It works once. Its session sees and edits the endpoints of this one application, and ends with the time given here.
#[derive(Debug, Args)]
pub struct Link {
    /// The application's id or uid.
    app: String,
    /// The application's environment; not needed if there is only one.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// When access ends, in seconds from now.
    #[arg(long, value_name = "SECONDS", default_value_t = CUSTOMER_ACCESS_S,
        value_parser = clap::value_parser!(u32).range(i64::from(CUSTOMER_ACCESS_S_MIN)..=i64::from(CUSTOMER_ACCESS_S_MAX)))]
    expiry_s: u32,
    /// Let nothing be changed.
    #[arg(long)]
    read_only: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Link {
    /// Prints the link.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let config = self.settings.load(Vec::new())?;
        let url = wait_for(make(&config, &self))?;
        output::line(format_args!("{url}"))?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn make(config: &Config, asked: &Link) -> Result<String, Failure> {
    let machine = Machine::real();
    let store = wiring::open_store(config, &machine)?;
    let environment_id = environment(&store, asked.environment.as_deref()).await?.id;
    let application = application(&store, environment_id, &asked.app).await?;
    let wanted = Wanted {
        environment_id,
        scope: PassScope::Application(application.id),
        holder: HOLDER.to_owned(),
        read_only: asked.read_only,
        valid_for: Duration::from_secs(asked.expiry_s.into()),
    };
    let (token, pass) = link::new(wanted, &*machine.clock, &*machine.dice);
    store.add_link(pass).await.map_err(|error| store_failure(&error))?;
    Ok(link::url(&config.public_url_at(config.listen), &token))
}

async fn application(
    store: &dyn Reader,
    environment_id: EnvironmentId,
    text: &str,
) -> Result<Application, Failure> {
    let missing = || Failure::new(format!("there is no application {text} in this environment"));
    let named = if text.starts_with(id::kind::App::PREFIX) {
        text.parse().map(AppRef::Id).map_err(|_| missing())?
    } else {
        Uid::new(text).map(AppRef::Uid).map_err(|_| missing())?
    };
    let found = store.application(environment_id, named).await.map_err(|error| store_failure(&error))?;
    found.ok_or_else(missing)
}
