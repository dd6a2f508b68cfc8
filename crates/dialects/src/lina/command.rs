//! `klingel lina`: stores, keys and operators from the command line. Works on the store, also beside a running server.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use klingel_engine::Refusal;
use klingel_model::AppId;

use super::plan::ENDPOINTS;
use super::records::api_key::{self, NewKey};
use super::records::issuer::{self, Issuer};
use super::records::operator::{self, Operator};
use super::records::store_settings::{self, StoreSettings};
use crate::vendor::{CommandRun, CommandWorld};

fn text(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn many(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    text(name, value, help).action(ArgAction::Append).value_delimiter(',')
}

fn app() -> Arg {
    text("app", "APP_ID", "The store: id of an application with the dialect lina").required(true)
}

/// The arguments.
pub fn arguments() -> Command {
    let switch = |name: &'static str, help| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    let set = Command::new("set")
        .about("Replace what a store has booked")
        .arg(app())
        .arg(many("book", "ENDPOINT", "Booked endpoints, separated by commas").value_parser(ENDPOINTS))
        .arg(
            text("extra-pos", "COUNT", "Bookings of LINA Data POS beyond the first")
                .value_parser(value_parser!(u32))
                .default_value("0"),
        )
        .arg(switch("key-in-query", "Take keys from the query too"))
        .arg(switch("listing-is-free", "Do not count listings of hooks as data requests"));
    let store = Command::new("store")
        .about("What a store has booked")
        .subcommand_required(true)
        .subcommand(Command::new("show").about("Show it as JSON").arg(app()))
        .subcommand(set);
    let create = Command::new("create")
        .about("Make a key, and print it and nothing else; it cannot be shown again")
        .arg(app())
        .arg(text("name", "TEXT", "What it is for").required(true))
        .arg(text("operator", "ID", "Who holds it").required(true))
        .arg(text("ip", "LIST", "IPv4 addresses separated by ';', or * for every address").required(true))
        .arg(many("scope", "SCOPE", "Rights, separated by commas, such as personal_read").required(true))
        .arg(
            text("days", "COUNT", "Days it is valid; left out: without end").value_parser(value_parser!(u32)),
        );
    let revoke = Command::new("revoke")
        .about("Revoke a key")
        .arg(app())
        .arg(Arg::new("id").required(true).value_name("KEY_ID").help("Its id, from `key list`"));
    let key = Command::new("key")
        .about("API keys of a store")
        .subcommand_required(true)
        .subcommand(create)
        .subcommand(Command::new("list").about("List them, ended ones included").arg(app()))
        .subcommand(revoke);
    let describe = Command::new("set")
        .about("Describe an operator for users")
        .arg(app())
        .arg(Arg::new("id").required(true).value_name("ID").help("As in its keys"))
        .arg(text("name", "TEXT", "Its name").required(true))
        .arg(text("terms", "URL", "Its terms"))
        .arg(text("privacy", "URL", "Its statement on privacy"));
    let operator = Command::new("operator")
        .about("Third parties, as users see them")
        .subcommand_required(true)
        .subcommand(describe);
    Command::new("lina")
        .about("Stores, keys, operators and token issuers of the dialect lina")
        .subcommand_required(true)
        .subcommand(store)
        .subcommand(key)
        .subcommand(operator)
        .subcommand(issuer())
}

fn issuer() -> Command {
    let set = Command::new("set")
        .about("Take an issuer, or its new keys; print its id")
        .arg(app())
        .arg(text("issuer", "TEXT", "The claim iss of its tokens").required(true))
        .arg(text("audience", "TEXT", "What the claim aud of its tokens holds").required(true))
        .arg(
            text("jwks", "FILE", "Its public keys, a JWKS document")
                .required(true)
                .value_parser(value_parser!(PathBuf)),
        );
    let delete = Command::new("delete")
        .about("Take its tokens no more")
        .arg(app())
        .arg(Arg::new("id").required(true).value_name("ISSUER_ID").help("Its id, from `issuer list`"));
    Command::new("issuer")
        .about("Whose OAuth access tokens may read; they may not register webhooks")
        .subcommand_required(true)
        .subcommand(set)
        .subcommand(Command::new("list").about("List them").arg(app()))
        .subcommand(delete)
}

/// Does it.
pub fn run(world: CommandWorld, matches: ArgMatches) -> CommandRun {
    Box::pin(async move {
        let (noun, rest) = matches.subcommand().ok_or("say what: store, key, operator or issuer")?;
        let (verb, given) = rest.subcommand().ok_or("say what to do; `--help` lists it")?;
        let app_id = store_of(&world, given).await?;
        let done = match (noun, verb) {
            ("store", "show") => show(&world, app_id).await,
            ("store", _) => book(&world, app_id, given).await,
            ("key", "create") => create(&world, app_id, given).await,
            ("key", "list") => list(&world, app_id).await,
            ("key", _) => {
                let id = one(given, "id").unwrap_or_default();
                api_key::revoke(&*world.store, &*world.clock, app_id, &id).await.map(|()| String::new())
            }
            ("issuer", "set") => take(&world, app_id, given).await,
            ("issuer", "list") => issuers(&world, app_id).await,
            ("issuer", _) => {
                let id = one(given, "id").unwrap_or_default();
                issuer::forget(&*world.store, app_id, &id).await.map(|()| String::new())
            }
            _ => describe(&world, app_id, given).await,
        };
        done.map_err(|refusal| refusal.to_string())
    })
}

fn one(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.get_one::<String>(name).cloned()
}

fn several(matches: &ArgMatches, name: &str) -> Vec<String> {
    matches.get_many::<String>(name).unwrap_or_default().cloned().collect()
}

async fn store_of(world: &CommandWorld, given: &ArgMatches) -> Result<AppId, String> {
    let id: AppId = one(given, "app").unwrap_or_default().parse().map_err(|why| format!("--app: {why}"))?;
    let found = world.store.application_by_id(id).await.map_err(|error| error.to_string())?;
    match found {
        Some(application) if application.dialect == "lina" => Ok(id),
        Some(application) => Err(format!("--app: this application has the dialect {}", application.dialect)),
        None => Err("--app: there is no such application; make one with \"dialect\": \"lina\"".to_owned()),
    }
}

async fn show(world: &CommandWorld, app_id: AppId) -> Result<String, Refusal> {
    let settings = store_settings::load(&*world.store, app_id).await?;
    serde_json::to_string(&settings).map_err(|error| Refusal::Internal(error.to_string()))
}

async fn book(world: &CommandWorld, app_id: AppId, given: &ArgMatches) -> Result<String, Refusal> {
    let settings = StoreSettings {
        booked_endpoints: several(given, "book"),
        extra_pos_bookings: given.get_one("extra-pos").copied().unwrap_or(0),
        key_in_query: given.get_flag("key-in-query"),
        count_listing: !given.get_flag("listing-is-free"),
    };
    store_settings::save(&*world.store, &*world.clock, app_id, settings).await?;
    show(world, app_id).await
}

async fn create(world: &CommandWorld, app_id: AppId, given: &ArgMatches) -> Result<String, Refusal> {
    let new = NewKey {
        name: one(given, "name").unwrap_or_default(),
        operator: one(given, "operator").unwrap_or_default(),
        ip_address: one(given, "ip").unwrap_or_default(),
        scopes: several(given, "scope"),
        valid_days: given.get_one("days").copied(),
    };
    let (text, _) = api_key::create(&*world.store, &*world.clock, &*world.dice, app_id, new).await?;
    Ok(text)
}

async fn list(world: &CommandWorld, app_id: AppId) -> Result<String, Refusal> {
    let now = world.clock.now();
    let keys = api_key::list(&*world.store, app_id).await?;
    let lines = keys.iter().map(|kept| {
        let key = &kept.document;
        let state = if key.valid(now) { "valid" } else { "ended" };
        let scopes = key.scopes.join(",");
        format!("{}  {state}  {}  {}  {scopes}  {}", kept.key, key.operator, key.ip_address, key.name)
    });
    Ok(lines.collect::<Vec<String>>().join("\n"))
}

async fn take(world: &CommandWorld, app_id: AppId, given: &ArgMatches) -> Result<String, Refusal> {
    let path = given.get_one::<PathBuf>("jwks").cloned().unwrap_or_default();
    let text = std::fs::read(&path)
        .map_err(|error| Refusal::Invalid("jwks", format!("{} cannot be read: {error}", path.display())))?;
    let jwks = serde_json::from_slice(&text)
        .map_err(|_| Refusal::Invalid("jwks", format!("{} is no JSON", path.display())))?;
    let (name, audience) =
        (one(given, "issuer").unwrap_or_default(), one(given, "audience").unwrap_or_default());
    issuer::save(&*world.store, &*world.clock, app_id, &Issuer { name, audience, jwks }).await
}

async fn issuers(world: &CommandWorld, app_id: AppId) -> Result<String, Refusal> {
    let all = issuer::list(&*world.store, app_id).await?;
    let lines =
        all.iter().map(|kept| format!("{}  {}  {}", kept.key, kept.document.name, kept.document.audience));
    Ok(lines.collect::<Vec<String>>().join("\n"))
}

async fn describe(world: &CommandWorld, app_id: AppId, given: &ArgMatches) -> Result<String, Refusal> {
    let described = Operator {
        name: one(given, "name").unwrap_or_default(),
        terms_url: one(given, "terms"),
        privacy_url: one(given, "privacy"),
    };
    let id = one(given, "id").unwrap_or_default();
    operator::save(&*world.store, &*world.clock, app_id, &id, &described).await?;
    Ok(String::new())
}
