//! `POST /api/v1/app/{app_id}/msg`: the way in. The only operation where every microsecond counts: the payload is
//! found, not parsed.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use klingel_engine::{Accepted, Limits, Refusal};
use klingel_model::{ChannelName, EventTypeName, Uid};
use klingel_store::{AppRef, OnceKey};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::wire::MessageOut;
use crate::ApiState;
use crate::answer;
use crate::application::wire::ApplicationIn;
use crate::auth::{Caller, Publish};
use crate::body::Submitted;
use crate::event_type::archived::is_archived;
use crate::fields::{Faults, Fields};
use crate::find::{self, InPath};
use crate::problem::Problem;
use crate::query::Query;
use crate::rules;

/// Days that a payload can be kept: fewest and most.
const RETENTION_DAYS: std::ops::RangeInclusive<u16> = 5..=90;

/// A message to be sent.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct MessageIn<'a> {
    /// Its event type.
    #[schema(value_type = String, pattern = "^[a-zA-Z0-9\\-_.]+$", max_length = 256)]
    event_type: EventTypeName,
    /// What happened: a JSON object. It is stored, signed and sent byte for byte as it stands here.
    #[schema(value_type = Object)]
    payload: &'a RawValue,
    /// The publisher's own name for it, unique in the application.
    #[schema(value_type = Option<String>, pattern = "^[a-zA-Z0-9\\-_.]+$", max_length = 256)]
    event_id: Option<Uid>,
    /// Channels; an endpoint that listens to channels gets it only through one of them.
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 5)]
    channels: Option<Vec<ChannelName>>,
    /// Days after which the payload is deleted; absent: it is kept as long as the message.
    #[schema(minimum = 5, maximum = 90)]
    payload_retention_period: Option<u16>,
    /// The application to make when the path names a uid that does not exist yet; needs a key with the role admin.
    application: Option<ApplicationIn>,
}

impl<'a> MessageIn<'a> {
    fn read(body: &'a [u8], limits: &Limits) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let event_type = fields.required("eventType", rules::event_type);
        let payload = fields.required("payload", payload);
        let event_id = fields.optional("eventId", rules::uid);
        let channels = fields.optional("channels", rules::set(limits.message_channels_max, rules::channel));
        let payload_retention_period =
            fields.optional("payloadRetentionPeriod", rules::integer(RETENTION_DAYS));
        let application =
            fields.optional("application", |raw, faults| ApplicationIn::inside(raw, limits, faults));
        let message = event_type.zip(payload).map(|(event_type, payload)| Self {
            event_type,
            payload,
            event_id,
            channels,
            payload_retention_period,
            application,
        });
        fields.finish(message)
    }
}

fn payload<'a>(raw: &'a RawValue, faults: &mut Faults) -> Option<&'a RawValue> {
    if raw.get().starts_with('{') {
        return Some(raw);
    }
    faults.add("type_error.dict", "must be a JSON object")
}

/// Takes a message in. `202` means that it is safe on disk and will be sent to every endpoint that wants it.
#[utoipa::path(
    post,
    path = "/api/v1/app/{app_id}/msg",
    operation_id = "v1.message.create",
    tag = "Message",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("with_content" = Option<bool>, Query, description = "Whether the answer repeats the payload; true unless given"),
        ("idempotency-key" = Option<String>, Header, description = "The same key: done once, answered alike for 24 h"),
    ),
    request_body = MessageIn,
    responses((status = 202, description = "It was accepted", body = MessageOut))
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    InPath(app): InPath<String>,
    query: Query,
    request: Submitted<Publish>,
) -> Result<Response, Problem> {
    let Submitted { caller, body, once } = request;
    let answer = take_in(&api, &app, query, Posted { caller, body: &body, once }).await?;
    Ok(answer.map(Body::from))
}

/// A message and who sent it.
#[derive(Debug)]
pub(super) struct Posted<'a> {
    pub(super) caller: Caller<Publish>,
    pub(super) body: &'a [u8],
    pub(super) once: Option<OnceKey>,
}

/// What is done with a request whose caller may publish. `app`: the path's decoded name of the application.
pub(super) async fn take_in(
    api: &ApiState,
    app: &str,
    mut query: Query,
    request: Posted<'_>,
) -> Result<http::Response<Bytes>, Problem> {
    let with_content = query.flag("with_content", true);
    query.finish()?;
    let message = MessageIn::read(request.body, &api.engine().settings().limits)?;
    let app = find::app_ref(app)?;
    let environment_id = request.caller.environment_id;
    if is_archived(api, environment_id, &message.event_type).await? {
        let msg = format!("the event type {} is archived; bring it back or use another", message.event_type);
        return Err(Problem::field(&["body", "eventType"], "value_error", msg));
    }
    let accepted = match api.engine().publish(environment_id, &app, publish(api, &message, &request)).await {
        // Seldom, and so in a box of its own: what waits for every message shall be small.
        Err(Refusal::NotFound(_)) if message.application.is_some() => {
            Box::pin(make_and_publish(api, &app, &message, &request)).await?
        }
        accepted => accepted?,
    };
    answer(&accepted, message.payload, with_content)
}

fn publish(api: &ApiState, message: &MessageIn<'_>, request: &Posted<'_>) -> klingel_engine::Publish {
    let kept_days = message.payload_retention_period.map(u64::from);
    klingel_engine::Publish {
        event_type: message.event_type.clone(),
        // A copy: a message that waits shall not hold the memory of all that came with it.
        payload: Bytes::copy_from_slice(message.payload.get().as_bytes()),
        channels: message.channels.clone().unwrap_or_default(),
        event_id: message.event_id.clone(),
        payload_until: kept_days
            .map(|days| api.engine().world().clock.now().plus(Duration::from_hours(24 * days))),
        once: request.once.clone(),
        records: Vec::new(),
    }
}

/// Makes the application that came with the message, and takes the message in.
async fn make_and_publish(
    api: &ApiState,
    app: &AppRef,
    message: &MessageIn<'_>,
    request: &Posted<'_>,
) -> Result<Accepted, Problem> {
    make_application(api, app, message, request).await?;
    let publish = publish(api, message, request);
    Ok(api.engine().publish(request.caller.environment_id, app, publish).await?)
}

async fn make_application(
    api: &ApiState,
    app: &AppRef,
    message: &MessageIn<'_>,
    request: &Posted<'_>,
) -> Result<(), Problem> {
    let (AppRef::Uid(uid), Some(application)) = (app, &message.application) else {
        return Err(Problem::not_found("application; one can be made on the way only under a uid"));
    };
    if application.uid.as_ref().is_some_and(|chosen| chosen != uid) {
        let msg = "must be the uid of the path";
        return Err(Problem::field(&["body", "application", "uid"], "value_error", msg));
    }
    if !request.caller.role.may_manage() {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "insufficient_access",
            "the application does not exist, and making it needs a key with the role admin",
        ));
    }
    let mut application = application.clone();
    application.uid = Some(uid.clone());
    let made = application.into_new(api, request.caller.environment_id);
    match api.engine().add_application(made, None).await {
        // Somebody else was faster: it exists, which is all that is wanted.
        Ok(_) | Err(Refusal::Taken(_)) => Ok(()),
        Err(Refusal::Invalid(field, why)) => {
            Err(Problem::field(&["body", "application", field], "value_error", why))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Bytes of an answer beside its payload.
const ENVELOPE_BYTES: usize = 512;

fn answer(
    accepted: &Accepted,
    posted: &RawValue,
    with_content: bool,
) -> Result<http::Response<Bytes>, Problem> {
    let message = &accepted.message;
    let as_posted = |kept: &Bytes| kept == posted.get().as_bytes();
    let out = if with_content && message.payload.as_ref().is_some_and(as_posted) {
        // The bytes that were found to be JSON a moment ago: no need to look through them again.
        MessageOut::with_payload(message, posted)
    } else {
        MessageOut::of(message, with_content)?
    };
    let body = answer::text_of_about(ENVELOPE_BYTES + out.payload.get().len(), &out);
    let response = answer::of_text(StatusCode::ACCEPTED, body);
    Ok(if accepted.replayed { answer::replayed(response) } else { response })
}
