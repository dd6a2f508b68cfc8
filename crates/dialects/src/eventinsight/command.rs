//! `klingel eventinsight`: an organiser's webhooks and their logs, from the store, also beside a running server.

use clap::{Arg, ArgMatches, Command};
use klingel_model::{AppId, Endpoint, EndpointId};
use klingel_store::EndpointRef;
use serde_json::Value;

use super::management::{list, log};
use crate::vendor::{CommandRun, CommandWorld};

/// The arguments.
pub(super) fn arguments() -> Command {
    let app = || {
        let help = "The organiser: id of an application with the dialect eventinsight";
        Arg::new("app").long("app").value_name("APP_ID").required(true).help(help)
    };
    let id = Arg::new("id").value_name("ENDPOINT_ID").required(true).help("The webhook, from `webhooks`");
    Command::new("eventinsight")
        .about("Webhooks of the dialect eventinsight, and their logs")
        .subcommand_required(true)
        .subcommand(Command::new("webhooks").about("List the webhooks, one JSON line each").arg(app()))
        .subcommand(
            Command::new("log")
                .about("List the last 10 requests of a webhook, one JSON line each")
                .arg(app())
                .arg(id),
        )
}

/// Does it.
pub(super) fn run(world: CommandWorld, matches: ArgMatches) -> CommandRun {
    Box::pin(async move {
        let (verb, given) = matches.subcommand().ok_or("say what: webhooks or log")?;
        let app_id = organiser(&world, given).await?;
        let rows = match verb {
            "webhooks" => list::webhooks(&*world.store, app_id).await,
            _ => log::overview(&*world.store, &webhook(&world, app_id, given).await?).await,
        };
        let rows = rows.map_err(|error| error.to_string())?;
        Ok(rows.iter().map(Value::to_string).collect::<Vec<_>>().join("\n"))
    })
}

fn argument<'a>(given: &'a ArgMatches, name: &str) -> &'a str {
    given.get_one::<String>(name).map_or("", String::as_str)
}

async fn organiser(world: &CommandWorld, given: &ArgMatches) -> Result<AppId, String> {
    let id: AppId = argument(given, "app").parse().map_err(|why| format!("--app: {why}"))?;
    match world.store.application_by_id(id).await.map_err(|error| error.to_string())? {
        Some(application) if application.dialect == "eventinsight" => Ok(id),
        Some(application) => Err(format!("--app: this application has the dialect {}", application.dialect)),
        None => {
            Err("--app: there is no such application; make one with \"dialect\": \"eventinsight\"".to_owned())
        }
    }
}

async fn webhook(world: &CommandWorld, app_id: AppId, given: &ArgMatches) -> Result<Endpoint, String> {
    let id: EndpointId = argument(given, "id").parse().map_err(|why| format!("the webhook: {why}"))?;
    let found = world.store.endpoint(app_id, EndpointRef::Id(id)).await.map_err(|error| error.to_string())?;
    found.ok_or_else(|| "there is no such webhook; `klingel eventinsight webhooks` lists them".to_owned())
}
