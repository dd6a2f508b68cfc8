//! `notifications`: endpoints with this dialect's settings. Everything else of an endpoint (switching off, test,
//! attempts, replay) is done with the general operations.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{RawPathParams, State};
use axum::{Extension, Json};
use http::{StatusCode, Uri};
use klingel_engine::Engine;
use klingel_engine::deliver::Dialect as _;
use klingel_engine::door::Managed;
use klingel_model::endpoint::MAX_IN_FLIGHT_DEFAULT;
use klingel_model::{AppId, Endpoint, EndpointHealth, EndpointId, Micros, SigningSecret};
use klingel_store::{EndpointRef, Order, Page};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::signinapp::SignInApp;
use crate::signinapp::event::SiteOut;
use crate::signinapp::fields::{self, Fields};
use crate::signinapp::notification::{self, Settings};
use crate::signinapp::problem::{Faults, Problem};
use crate::signinapp::records::group::Group;
use crate::signinapp::records::{self, LISTED_MAX};

/// What a notification's owner has filled in.
struct Wanted {
    url: String,
    name: String,
    secret: Option<String>,
    settings: Settings,
}

#[expect(clippy::ptr_arg, reason = "the field reader hands over what it has read")]
fn url(url: &String) -> Result<(), String> {
    let read = url.parse::<Uri>().ok();
    let good =
        read.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
    if good && url.len() <= 4096 { Ok(()) } else { Err("The url must be an http or https URL.".to_owned()) }
}

fn read(body: &[u8]) -> Result<Wanted, Problem> {
    let mut fields = Fields::of(body)?;
    let url = fields.required("url", url);
    let name = fields.optional("name", fields::text(500)).unwrap_or_default();
    let secret = fields.optional("secret", |secret: &String| {
        SignInApp.parse_secret(secret).map(drop).map_err(|unfit| format!("The secret {}.", unfit.0))
    });
    let channel = fields.optional("channel", |channel: &String| {
        if channel == "webhook" { Ok(()) } else { Err("The only channel is webhook.".to_owned()) }
    });
    drop(channel);
    let mut settings = BTreeMap::new();
    for name in ["site", "group", "event", "filter"] {
        if let Some(raw) = fields.optional::<Box<RawValue>>(name, fields::any) {
            settings.insert(name, raw);
        }
    }
    if !settings.contains_key("event") {
        fields.fault("event", "The event field is required.");
    }
    let wanted = url.map(|url| (url, name, secret));
    let (url, name, secret) = fields.finish(wanted)?;
    let text = serde_json::to_string(&settings).expect("raw JSON is always JSON");
    let settings = notification::parse(&text).map_err(|unfit| {
        Problem::field(if unfit.path.is_empty() { "body" } else { &unfit.path }, format!("{}.", unfit.reason))
    })?;
    Ok(Wanted { url, name, secret, settings })
}

/// Site and group must exist when a notification is set up.
async fn known(engine: &Engine, app_id: AppId, settings: &Settings) -> Result<(), Problem> {
    let (store, mut faults) = (&*engine.world().store, Faults::new());
    if let Some(id) = settings.site
        && records::find::<SiteOut>(store, app_id, &id.to_string()).await?.is_none()
    {
        faults.insert("site".to_owned(), vec!["There is no such site.".to_owned()]);
    }
    if let Some(id) = settings.group
        && records::find::<Group>(store, app_id, &id.to_string()).await?.is_none()
    {
        faults.insert("group".to_owned(), vec!["There is no such group.".to_owned()]);
    }
    if faults.is_empty() { Ok(()) } else { Err(Problem::Fields(faults)) }
}

fn shown(endpoint: &Endpoint) -> Value {
    let settings = endpoint.dialect_settings_json.as_deref().and_then(|text| notification::parse(text).ok());
    json!({
        "id": endpoint.id.to_string(),
        "name": endpoint.description,
        "channel": "webhook",
        "url": endpoint.url,
        "signed": !endpoint.secrets.is_empty(),
        "disabled": endpoint.disabled,
        "site": settings.as_ref().and_then(|settings| settings.site),
        "group": settings.as_ref().and_then(|settings| settings.group),
        "event": settings.as_ref().map(|settings| &settings.event),
        "filter": settings.as_ref().and_then(|settings| settings.filter.as_ref()),
    })
}

fn fill(endpoint: &mut Endpoint, wanted: Wanted, now: Micros) -> Result<(), Problem> {
    let text = serde_json::to_string(&wanted.settings).expect("texts and numbers are always JSON");
    endpoint.url = wanted.url.into();
    endpoint.description = wanted.name;
    endpoint.dialect_settings_json = Some(text);
    endpoint.updated_at = now;
    if let Some(secret) = wanted.secret {
        let key = SignInApp.parse_secret(&secret).map_err(|unfit| Problem::field("secret", unfit.0))?;
        endpoint.secrets = vec![SigningSecret { key, expires_at: None }];
    }
    Ok(())
}

/// All of them.
pub(super) async fn list(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
) -> Result<Json<Value>, Problem> {
    let page = Page { limit: LISTED_MAX, after: None, order: Order::Ascending };
    let scan = engine.reader().endpoints(managed.application.id, page).await?;
    Ok(Json(scan.items.iter().map(shown).collect()))
}

/// A new one: 201.
pub(super) async fn create(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let (world, app_id) = (engine.world(), managed.application.id);
    let (wanted, now) = (read(&body)?, world.clock.now());
    known(&engine, app_id, &wanted.settings).await?;
    let mut endpoint = Endpoint {
        id: EndpointId::new(now, &*world.dice),
        app_id,
        uid: None,
        url: String::new().into(),
        description: String::new(),
        disabled: false,
        event_types: None,
        channels: None,
        filter_json: None,
        rate_limit_per_s: None,
        max_in_flight: MAX_IN_FLIGHT_DEFAULT,
        retry_schedule: None,
        headers: BTreeMap::new(),
        secrets: Vec::new(),
        dialect_settings_json: None,
        metadata: BTreeMap::new(),
        health: EndpointHealth::default(),
        created_at: now,
        updated_at: now,
    };
    fill(&mut endpoint, wanted, now)?;
    let answer = shown(&endpoint);
    engine.add_endpoint(endpoint, None).await?;
    Ok((StatusCode::CREATED, Json(answer)))
}

async fn found(engine: &Engine, managed: &Managed, params: &RawPathParams) -> Result<Endpoint, Problem> {
    let missing = || Problem::not_found("notification");
    let text = params.iter().find(|(name, _)| *name == "id").map_or("", |(_, id)| id);
    let id = text.parse().map_err(|_| missing())?;
    engine.reader().endpoint(managed.application.id, EndpointRef::Id(id)).await?.ok_or_else(missing)
}

/// One.
pub(super) async fn one(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&found(&engine, &managed, &params).await?)))
}

/// Replaces what its owner has filled in; an absent secret stays as it is.
pub(super) async fn replace(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let mut endpoint = found(&engine, &managed, &params).await?;
    let (wanted, expected) = (read(&body)?, endpoint.updated_at);
    known(&engine, managed.application.id, &wanted.settings).await?;
    let now = engine.world().clock.now().max(Micros::from_unix_us(expected.as_unix_us() + 1));
    fill(&mut endpoint, wanted, now)?;
    let answer = shown(&endpoint);
    engine.replace_endpoint(endpoint, expected, None).await?;
    Ok(Json(answer))
}

/// Removes one.
pub(super) async fn remove(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
) -> Result<StatusCode, Problem> {
    let endpoint = found(&engine, &managed, &params).await?;
    engine.delete_endpoint(endpoint.app_id, endpoint.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
