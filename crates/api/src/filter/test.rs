//! `POST /api/v1/app/{app_id}/filter/test`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use klingel_engine::deliver::Dialect;
use klingel_engine::fanout::Facts;
use klingel_engine::fanout::filter::Filter;
use klingel_model::{Application, ChannelName, Endpoint, EventTypeName, Message, MessageId};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::ApiState;
use crate::answer;
use crate::auth::Read;
use crate::body::Submitted;
use crate::endpoint::{self, choice};
use crate::fields::{Faults, Fields};
use crate::find::{self, InPath};
use crate::problem::Problem;
use crate::rules;

/// A filter, or the endpoint whose choice is tried, and the message to try it with.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct FilterTestIn<'a> {
    /// A filter document. Either this or `endpointId` must be there.
    #[schema(value_type = Option<Object>)]
    filter: Option<String>,
    /// An endpoint, by id or uid: its event types, channels, filter and settings are tried.
    endpoint_id: Option<String>,
    /// The message's event type.
    #[schema(value_type = String, pattern = "^[a-zA-Z0-9\\-_.]+$", max_length = 256)]
    event_type: EventTypeName,
    /// The message's channels.
    #[schema(value_type = Option<Vec<String>>)]
    channels: Option<Vec<ChannelName>>,
    /// The message's payload in the form in which it is sent.
    #[schema(value_type = Option<Object>)]
    payload: Option<&'a RawValue>,
}

/// Whether the message matches.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FilterTestOut {
    /// Whether it does.
    matches: bool,
    /// The first condition that failed; absent when it matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<FailedOut>,
}

/// A condition that failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FailedOut {
    /// Where in the message, keys joined with dots; `settings` when the endpoint's dialect does not want it.
    path: String,
    /// What was asked.
    #[schema(value_type = Object)]
    condition: Value,
    /// What was there; null: nothing.
    #[schema(value_type = Option<Object>)]
    found: Option<Value>,
}

impl<'a> FilterTestIn<'a> {
    fn read(body: &'a [u8], channels_max: usize) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let filter = fields.optional("filter", choice::filter);
        let endpoint_id = fields.optional("endpointId", rules::string).map(std::borrow::Cow::into_owned);
        let event_type = fields.required("eventType", rules::event_type);
        let channels = fields.optional("channels", rules::set(channels_max, rules::channel));
        let payload = fields.optional("payload", object);
        let read = event_type.map(|event_type| Self { filter, endpoint_id, event_type, channels, payload });
        let read = fields.finish(read)?;
        if read.filter.is_some() == read.endpoint_id.is_some() {
            let msg = "exactly one of filter and endpointId must be there";
            return Err(Problem::field(&["body", "filter"], "value_error", msg));
        }
        Ok(read)
    }

    fn message(&self, application: &Application) -> Message {
        Message {
            id: MessageId::from_u128(0),
            environment_id: application.environment_id,
            app_id: application.id,
            event_id: None,
            event_type: self.event_type.clone(),
            channels: self.channels.clone().unwrap_or_default().into(),
            payload: self.payload.map(|raw| Bytes::copy_from_slice(raw.get().as_bytes())),
            created_at: application.created_at,
            payload_until: None,
        }
    }
}

fn object<'a>(raw: &'a RawValue, faults: &mut Faults) -> Option<&'a RawValue> {
    if raw.get().starts_with('{') {
        return Some(raw);
    }
    faults.add("type_error.dict", "must be a JSON object")
}

/// Says whether a message would match a filter, or be wanted by an endpoint, and if not, which condition failed first.
/// Nothing is sent or kept.
#[utoipa::path(
    post,
    path = "/api/v1/app/{app_id}/filter/test",
    operation_id = "v1.filter.test",
    tag = "Endpoint",
    params(("app_id" = String, Path, description = "The application's id or uid")),
    request_body = FilterTestIn,
    responses((status = 200, description = "Whether it matches", body = FilterTestOut))
)]
pub(crate) async fn test(
    State(api): State<ApiState>,
    InPath(app): InPath<String>,
    request: Submitted<Read>,
) -> Result<Response, Problem> {
    let limits = api.engine().settings().limits;
    let asked = FilterTestIn::read(&request.body, limits.message_channels_max)?;
    let application = find::application(&api, request.caller.environment_id, &app).await?;
    let message = asked.message(&application);
    let failed = match (&asked.filter, &asked.endpoint_id) {
        (Some(filter), _) => unmet(filter, &message)?,
        (None, id) => {
            let endpoint = find::endpoint(&api, application.id, id.as_deref().unwrap_or_default()).await?;
            unwanted(&endpoint, endpoint::dialect(&api, &application)?, &message)?
        }
    };
    Ok(answer::json(StatusCode::OK, &FilterTestOut { matches: failed.is_none(), failed }))
}

/// The first condition of the filter that the message does not meet.
fn unmet(filter: &str, message: &Message) -> Result<Option<FailedOut>, Problem> {
    let filter = Filter::parse(filter)
        .map_err(|invalid| Problem::Internal(format!("a kept filter cannot be read: {invalid}")))?;
    let explained = Facts::of(message).explain(&filter);
    Ok(explained.err().map(|failed| FailedOut {
        path: failed.path,
        condition: failed.condition,
        found: failed.found,
    }))
}

/// The first of the endpoint's conditions that the message does not meet, in the order of the fan-out.
fn unwanted(
    endpoint: &Endpoint,
    dialect: &dyn Dialect,
    message: &Message,
) -> Result<Option<FailedOut>, Problem> {
    let failed = |path: &str, condition, found| {
        Ok(Some(FailedOut { path: path.to_owned(), condition, found: Some(found) }))
    };
    let channels: Vec<&str> = message.channels.iter().map(ChannelName::as_str).collect();
    if let Some(wanted) = &endpoint.event_types
        && !wanted.contains(&message.event_type)
    {
        let wanted: Vec<&str> = wanted.iter().map(EventTypeName::as_str).collect();
        return failed("eventType", json!({"$in": wanted}), message.event_type.as_str().into());
    }
    if let Some(wanted) = &endpoint.channels
        && !message.channels.iter().any(|channel| wanted.contains(channel))
    {
        let wanted: Vec<&str> = wanted.iter().map(ChannelName::as_str).collect();
        return failed("channels", json!({"$in": wanted}), json!(channels));
    }
    if let Some(filter) = &endpoint.filter_json
        && let Some(failed) = unmet(filter, message)?
    {
        return Ok(Some(failed));
    }
    let wishes: Option<Arc<_>> = dialect.wishes(endpoint);
    if wishes.is_some_and(|wishes| !wishes.want(message)) {
        let settings = endpoint.dialect_settings_json.as_deref();
        let settings = settings.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let found = json!({"eventType": message.event_type.as_str(), "channels": channels});
        return failed("settings", settings, found);
    }
    Ok(None)
}
