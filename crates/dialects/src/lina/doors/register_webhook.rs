//! `POST` or `DELETE /extern/{endpoint}/registerWebhook`: registers, changes and deletes hooks. Not counted.
//!
//! | method | body | does |
//! |---|---|---|
//! | `POST` | `hookKey`, `url` | registers |
//! | `POST` | `hookKey`, `uuid`, `url` | changes the URL |
//! | `POST` | `hookKey`, `uuid` | deletes |
//! | `DELETE` | `hookKey`, `uuid`, whatever else | deletes |

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use http::{Method, StatusCode};
use klingel_engine::Refusal;
use klingel_model::endpoint::MAX_IN_FLIGHT_DEFAULT;
use klingel_model::{ChannelName, Endpoint, EndpointHealth, EndpointId, EventTypeName, Uid};
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;
use uuid::Uuid;

use super::Doors;
use super::caller::Caller;
use super::refused::Refused;
use crate::lina::answer;
use crate::lina::hook::{self, HookSettings};
use crate::lina::plan::{HOOKS, HookKind};
use crate::lina::records::consent;

/// A hook as its operator sees it; without `url` once it is deleted.
#[derive(Debug, Serialize)]
pub struct Hook {
    #[serde(rename = "hookKey")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    uuid: String,
}

impl Hook {
    /// The hook that this endpoint is.
    pub fn of(settings: HookSettings, endpoint: &Endpoint) -> Self {
        let uuid = hook::uuid_of(endpoint).to_string();
        Self { kind: settings.hook_key, url: Some(endpoint.url.as_ref().to_owned()), uuid }
    }
}

/// What is asked for.
enum Wish {
    Register(String),
    Change(Uuid, String),
    Delete(Uuid),
}

pub async fn answer(doors: &Doors, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let caller = Caller::registering(&doors.engine, &parts).await?;
    let Some(body) = answer::body(body).await else {
        return Err(Refused::bad(format!(
            "the body must be complete and have at most {} bytes",
            answer::BODY_BYTES_MAX
        )));
    };
    let Ok(fields) = serde_json::from_slice::<Map<String, Value>>(&body) else {
        return Err(Refused::bad(
            r#"the body must be a JSON object such as {"hookKey":"personalData","url":"https://…"}"#,
        ));
    };
    let (kind, wish) = read(&fields, parts.method == Method::DELETE, doors)?;
    caller.may_use(kind)?;
    let settings = HookSettings { hook_key: kind.key.to_owned(), operator: caller.operator.clone() };
    let answered = match wish {
        Wish::Register(url) => register(doors, &caller, settings, url).await?,
        Wish::Change(uuid, url) => change(doors, &caller, settings, uuid, url).await?,
        Wish::Delete(uuid) => delete(doors, &caller, settings, uuid).await?,
    };
    Ok(answer::json(StatusCode::OK, &answered))
}

fn read(fields: &Map<String, Value>, deleting: bool, doors: &Doors) -> Result<(HookKind, Wish), Refused> {
    let field = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Refused::bad(format!("{name} must be a string"))),
    };
    let Some(key) = field("hookKey")? else { return Err(Refused::bad("hookKey is missing")) };
    let Some(kind) = HOOKS.into_iter().find(|hook| hook.key == key) else {
        let known: Vec<&str> = HOOKS.iter().map(|hook| hook.key).collect();
        return Err(Refused::bad(format!("unknown hookKey; known are: {}", known.join(", "))));
    };
    let uuid = field("uuid")?.map(|text| Uuid::try_parse(text).map_err(|_| unknown_hook())).transpose()?;
    let url = if deleting { None } else { field("url")? };
    if let Some(url) = url {
        check_url(url, doors.engine.settings().limits.url_bytes_max)?;
    }
    let wish = match (uuid, url) {
        (None, Some(url)) => Wish::Register(url.to_owned()),
        (Some(uuid), Some(url)) => Wish::Change(uuid, url.to_owned()),
        (Some(uuid), None) => Wish::Delete(uuid),
        (None, None) if deleting => return Err(Refused::bad("uuid is missing")),
        (None, None) => return Err(Refused::bad("url is missing")),
    };
    Ok((kind, wish))
}

/// Where a URL leads is judged when it is called; here only its form is.
fn check_url(text: &str, bytes_max: usize) -> Result<(), Refused> {
    let plain =
        text.len() <= bytes_max && !text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
    let begins = text.starts_with("http://") || text.starts_with("https://");
    let fits = Url::parse(text).is_ok_and(|url| url.has_host() && url.fragment().is_none());
    if plain && begins && fits {
        return Ok(());
    }
    Err(Refused::bad(format!(
        "url must be an absolute http or https URL without fragment, of at most {bytes_max} bytes"
    )))
}

fn unknown_hook() -> Refused {
    Refused::new(StatusCode::NOT_FOUND, "there is no such webhook")
}

async fn register(
    doors: &Doors,
    caller: &Caller,
    settings: HookSettings,
    url: String,
) -> Result<Hook, Refused> {
    let world = doors.engine.world();
    let now = world.clock.now();
    // What an interrupted deletion of the operator's last hook has left must not revive with the next hook.
    if !hook::operators(&doors.engine, caller.app_id).await?.contains(&caller.operator) {
        consent::drop_all(&*world.store, &*world.dice, caller.app_id, &caller.operator, now).await?;
    }
    let invalid = |field, why: klingel_model::InvalidName| Refusal::Invalid(field, why.to_string());
    let channel = ChannelName::new(&caller.operator).map_err(|why| invalid("operator", why))?;
    let event_type = EventTypeName::new(&settings.hook_key).map_err(|why| invalid("hookKey", why))?;
    let uuid = hook::new_uuid(&*world.dice).to_string();
    let endpoint = Endpoint {
        id: EndpointId::new(now, &*world.dice),
        app_id: caller.app_id,
        uid: Some(Uid::new(&uuid).map_err(|why| invalid("uuid", why))?),
        url: url.into(),
        description: format!("{} ({})", settings.hook_key, settings.operator),
        disabled: false,
        event_types: Some(vec![event_type]),
        channels: Some(vec![channel]),
        filter_json: None,
        rate_limit_per_s: None,
        max_in_flight: MAX_IN_FLIGHT_DEFAULT,
        retry_schedule: None,
        headers: BTreeMap::new(),
        secrets: Vec::new(),
        dialect_settings_json: Some(settings.to_json()),
        metadata: BTreeMap::new(),
        health: EndpointHealth::default(),
        created_at: now,
        updated_at: now,
    };
    let hook = Hook::of(settings, &endpoint);
    doors.engine.add_endpoint(endpoint, None).await?;
    Ok(hook)
}

/// Consents stay as they are, and nothing is sent.
async fn change(
    doors: &Doors,
    caller: &Caller,
    settings: HookSettings,
    uuid: Uuid,
    url: String,
) -> Result<Hook, Refused> {
    let found = hook::find(&doors.engine, caller.app_id, &settings, uuid).await?;
    let mut endpoint = found.ok_or_else(unknown_hook)?;
    let expected = endpoint.updated_at;
    endpoint.url = url.into();
    endpoint.updated_at = doors.engine.world().clock.now().max(expected.plus(Duration::from_micros(1)));
    let hook = Hook::of(settings, &endpoint);
    doors.engine.replace_endpoint(endpoint, expected, None).await?;
    Ok(hook)
}

/// With the operator's last hook, users' consents to it end silently.
async fn delete(doors: &Doors, caller: &Caller, settings: HookSettings, uuid: Uuid) -> Result<Hook, Refused> {
    let found = hook::find(&doors.engine, caller.app_id, &settings, uuid).await?;
    let endpoint = found.ok_or_else(unknown_hook)?;
    doors.engine.delete_endpoint(caller.app_id, endpoint.id).await?;
    let world = doors.engine.world();
    if !hook::operators(&doors.engine, caller.app_id).await?.contains(&caller.operator) {
        let now = world.clock.now();
        consent::drop_all(&*world.store, &*world.dice, caller.app_id, &caller.operator, now).await?;
    }
    Ok(Hook { kind: settings.hook_key, url: None, uuid: uuid.to_string() })
}
