//! `klingel signinapp …`: sites, groups, API clients and settings of an account, on the store.

use clap::{Arg, ArgAction, ArgMatches, Command};
use klingel_model::{AppId, Uid};
use klingel_store::AppRef;
use serde_json::{Value, json};

use super::event::SiteOut;
use super::management::{account, clients, numbered};
use super::problem::Problem;
use super::records;
use super::records::group::Group;
use crate::vendor::{CommandRun, CommandWorld};

fn required(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).required(true).value_name("TEXT").help(help)
}

fn id() -> Arg {
    let numbers = clap::value_parser!(i64).range(1..1 << 53);
    Arg::new("id").long("id").required(true).value_name("NUMBER").value_parser(numbers).help("Its number")
}

fn plural(name: &'static str, about: &'static str, verbs: impl IntoIterator<Item = Command>) -> Command {
    Command::new(name).about(about).subcommand_required(true).subcommands(verbs)
}

/// Arguments and help.
pub(super) fn arguments() -> Command {
    let site = Command::new("put").about("Make or change a site").args([
        id(),
        required("name", "Its name"),
        required("timezone", "An IANA time zone such as Europe/London"),
        Arg::new("type")
            .long("type")
            .default_value("standard")
            .value_parser(["standard", "remote"])
            .help("What it is"),
    ]);
    let kinds = ["non-returning", "returning", "delivery"];
    let group = Command::new("put").about("Make or change a visitor group").args([
        id(),
        required("name", "Its name"),
        Arg::new("type").long("type").required(true).value_parser(kinds).help("Who is in it"),
    ]);
    let client = Command::new("create").about("Make an API client; prints its key and secret, once").args([
        required("name", "What it is for"),
        Arg::new("permission")
            .long("permission")
            .action(ArgAction::Append)
            .value_parser(records::client::PERMISSIONS)
            .help("What it may read; repeat it for several; without any: everything"),
    ]);
    let revoke = Command::new("delete").about("Delete an API client").arg(required("key", "Its key"));
    let days = clap::value_parser!(i64).range(1..=records::account::KEEP_DAYS_MAX);
    let keep = Command::new("keep-visitor-data")
        .about("Delete visits after some days; without --days keep them")
        .arg(Arg::new("days").long("days").value_name("NUMBER").value_parser(days).help("Days"));
    let list = |about: &'static str| Command::new("list").about(about);
    Command::new("signinapp")
        .about("Sites, groups, API clients and settings of Sign In App accounts")
        .subcommand_required(true)
        .arg(
            Arg::new("environment")
                .long("environment")
                .default_value("default")
                .global(true)
                .help("The application's environment"),
        )
        .arg(Arg::new("app").long("app").global(true).value_name("ID").help("The application's id or uid"))
        .subcommand(plural("site", "Sites", [site, list("List sites")]))
        .subcommand(plural("group", "Visitor groups", [group, list("List visitor groups")]))
        .subcommand(plural("client", "API clients", [client, list("List API clients"), revoke]))
        .subcommand(keep)
}

/// Does it.
pub(super) fn run(world: CommandWorld, matches: ArgMatches) -> CommandRun {
    Box::pin(async move {
        let app_id = application(&world, &matches).await?;
        let printed = done(&world, app_id, &matches).await.map_err(|problem| problem.text())?;
        serde_json::to_string_pretty(&printed).map_err(|error| error.to_string())
    })
}

async fn application(world: &CommandWorld, matches: &ArgMatches) -> Result<AppId, String> {
    let text = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let (environment, app) = (text("environment"), text("app"));
    let by = match app.parse::<AppId>() {
        Ok(id) => AppRef::Id(id),
        Err(_) => AppRef::Uid(Uid::new(app).map_err(|why| format!("--app names no application: {why}"))?),
    };
    let store = &world.store;
    let found = store.environment_by_name(environment).await.map_err(|error| error.to_string())?;
    let environment =
        found.ok_or_else(|| format!("there is no environment {environment}; see --environment"))?;
    let found = store.application(environment.id, by).await.map_err(|error| error.to_string())?;
    match found {
        Some(found) if found.dialect == "signinapp" => Ok(found.id),
        Some(found) => Err(format!("application {app} has the dialect {}, not signinapp", found.dialect)),
        None => Err(format!("there is no application {app} in this environment; see --app")),
    }
}

async fn done(world: &CommandWorld, app_id: AppId, matches: &ArgMatches) -> Result<Value, Problem> {
    let (store, now) = (&*world.store, world.clock.now());
    let (noun, inner) = matches.subcommand().unwrap_or(("", matches));
    let (verb, given) = inner.subcommand().unwrap_or(("", inner));
    let text = |name: &str| given.get_one::<String>(name).map_or("", String::as_str);
    let number = |name: &str| given.get_one::<i64>(name).copied();
    Ok(match (noun, verb) {
        ("site", "put") => {
            let body =
                json!({"name": text("name"), "timezone": text("timezone"), "type": text("type")}).to_string();
            let id = number("id").unwrap_or_default();
            json!(numbered::write::<SiteOut>(store, app_id, id, body.as_bytes(), now).await?.0)
        }
        ("site", _) => json!(numbered::all::<SiteOut>(store, app_id).await?),
        ("group", "put") => {
            let body = json!({"name": text("name"), "type": text("type")}).to_string();
            let id = number("id").unwrap_or_default();
            json!(numbered::write::<Group>(store, app_id, id, body.as_bytes(), now).await?.0)
        }
        ("group", _) => json!(numbered::all::<Group>(store, app_id).await?),
        ("client", "create") => {
            let chosen = given.get_many::<String>("permission");
            let permissions = chosen.map(Iterator::collect::<Vec<_>>);
            let body = json!({"name": text("name"), "permissions": permissions}).to_string();
            clients::make(store, app_id, body.as_bytes(), now, &*world.dice).await?
        }
        ("client", "delete") => {
            clients::revoke(store, app_id, text("key")).await?;
            json!({"deleted": text("key")})
        }
        ("client", _) => clients::shown(store, app_id).await?,
        _ => {
            let days = inner.get_one::<i64>("days");
            let body = json!({"keep_visitor_data_days": days}).to_string();
            json!(account::write(store, app_id, body.as_bytes(), now).await?)
        }
    })
}
