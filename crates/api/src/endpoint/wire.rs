//! Endpoints as the API reads them. How it writes them stands in [`super::get`].

use std::collections::BTreeMap;
use std::time::Duration;

use klingel_engine::Limits;
use klingel_model::endpoint::MAX_IN_FLIGHT_DEFAULT;
use klingel_model::{
    AppId, ChannelName, Endpoint, EndpointHealth, EndpointId, EventTypeName, RetrySchedule, SigningSecret,
    Uid,
};
use serde_json::value::RawValue;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::choice;
use super::url::url;
use crate::fields::{Faults, Fields, Given};
use crate::problem::Problem;
use crate::{ApiState, openapi, rules};

/// Requests of one endpoint that may be under way at once.
const MAX_IN_FLIGHT_MAX: u16 = 1000;

/// An endpoint to be made.
#[derive(Debug, Clone)]
pub(crate) struct EndpointIn {
    /// What it is to be.
    pub(crate) rest: EndpointUpdate,
    /// The text of its secret; `None`: a new one is made.
    pub(crate) secret: Option<String>,
}

/// What an endpoint is to be.
#[derive(Debug, Clone, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct EndpointUpdate {
    /// Where messages go: `http` or `https`.
    #[schema(format = "uri", max_length = 4096)]
    pub(crate) url: String,
    /// The publisher's own name for it, usable in place of its id.
    #[schema(value_type = Option<String>, pattern = "^[a-zA-Z0-9\\-_.]+$", max_length = 256)]
    pub(crate) uid: Option<Uid>,
    /// What it is for, for people.
    #[schema(required = false, default = "")]
    pub(crate) description: String,
    /// Switched off.
    #[schema(required = false, default = false)]
    pub(crate) disabled: bool,
    /// Event types it wants; absent or null: all.
    #[schema(value_type = Option<Vec<String>>, min_items = 1)]
    pub(crate) event_types: Option<Vec<EventTypeName>>,
    /// Channels it listens to; absent or null: all.
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 10)]
    pub(crate) channels: Option<Vec<ChannelName>>,
    /// Requests a second; absent or null: no limit.
    #[schema(minimum = 1)]
    pub(crate) throttle_rate: Option<u16>,
    /// Requests under way at once. Klingel's own field.
    #[schema(required = false, default = 64, minimum = 1, maximum = 1000)]
    pub(crate) max_in_flight: u16,
    /// Seconds to wait after the first, second, … failed attempt, at most 30 of at most 86400; an empty list means
    /// a single attempt; absent or null: as the dialect says. Klingel's own field.
    #[schema(value_type = Option<Vec<f64>>)]
    pub(crate) retry_schedule: Option<RetrySchedule>,
    /// Which messages it wants, as a filter document over `eventType`, `channels` and `payload`; absent or null: all.
    /// Klingel's own field.
    #[schema(value_type = Option<Object>)]
    pub(crate) filter: Option<String>,
    /// Its settings in the application's dialect; absent or null: none. Klingel's own field.
    #[schema(value_type = Option<Object>)]
    pub(crate) settings: Option<String>,
    /// Free marks.
    #[schema(required = false)]
    pub(crate) metadata: BTreeMap<String, String>,
}

/// A change of an endpoint: absent fields stay as they are.
#[derive(Debug, Clone, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct EndpointPatch {
    /// Where messages go.
    #[schema(format = "uri", nullable = false)]
    pub(crate) url: Option<String>,
    /// The publisher's own name for it; null takes it away.
    #[schema(value_type = Option<String>)]
    pub(crate) uid: Given<Uid>,
    /// What it is for, for people.
    #[schema(nullable = false)]
    pub(crate) description: Option<String>,
    /// Switched off.
    #[schema(nullable = false)]
    pub(crate) disabled: Option<bool>,
    /// Event types it wants; null: all.
    #[schema(value_type = Option<Vec<String>>)]
    pub(crate) event_types: Given<Vec<EventTypeName>>,
    /// Channels it listens to; null: all.
    #[schema(value_type = Option<Vec<String>>)]
    pub(crate) channels: Given<Vec<ChannelName>>,
    /// Requests a second; null: no limit.
    #[schema(value_type = Option<u16>, minimum = 1)]
    pub(crate) throttle_rate: Given<u16>,
    /// Requests under way at once. Klingel's own field.
    #[schema(nullable = false)]
    pub(crate) max_in_flight: Option<u16>,
    /// Seconds to wait after each failed attempt; null: as the dialect says. Klingel's own field.
    #[schema(value_type = Option<Vec<f64>>)]
    pub(crate) retry_schedule: Given<RetrySchedule>,
    /// Which messages it wants, as a filter document; null: all. Klingel's own field.
    #[schema(value_type = Option<Object>)]
    pub(crate) filter: Given<String>,
    /// Its settings in the application's dialect, which replace the old ones; null: none. Klingel's own field.
    #[schema(value_type = Option<Object>)]
    pub(crate) settings: Given<String>,
    /// Free marks; they replace the old ones.
    #[schema(nullable = false)]
    pub(crate) metadata: Option<BTreeMap<String, String>>,
}

impl PartialSchema for EndpointIn {
    fn schema() -> RefOr<Schema> {
        let secret = "Its secret, as `whsec_` and base64 of 24 to 75 bytes, or `whsk_` and base64 of an Ed25519 \
                      private key; absent or null: a new one is made";
        openapi::and_also::<EndpointUpdate>("secret", secret, false)
    }
}

impl ToSchema for EndpointIn {}

impl EndpointIn {
    /// Reads a body.
    pub(crate) fn read(body: &[u8], limits: &Limits) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let rest = EndpointUpdate::build(&mut fields, limits);
        let secret = fields.optional("secret", rules::string);
        fields.finish(rest.map(|rest| Self { rest, secret: secret.map(std::borrow::Cow::into_owned) }))
    }
}

impl EndpointUpdate {
    /// Reads a body.
    pub(crate) fn read(body: &[u8], limits: &Limits) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let update = Self::build(&mut fields, limits);
        fields.finish(update)
    }

    fn build(fields: &mut Fields<'_>, limits: &Limits) -> Option<Self> {
        let url = fields.required("url", url(limits));
        let update = Self {
            url: String::new(),
            uid: fields.optional("uid", rules::uid),
            description: fields.changed("description", rules::description).unwrap_or_default(),
            disabled: fields.changed("disabled", rules::flag).unwrap_or_default(),
            event_types: fields.optional("eventTypes", event_types(limits)),
            channels: fields.optional("channels", channels(limits)),
            throttle_rate: fields.optional("throttleRate", rules::rate),
            max_in_flight: fields.changed("maxInFlight", in_flight).unwrap_or(MAX_IN_FLIGHT_DEFAULT),
            retry_schedule: fields.optional("retrySchedule", retry_schedule),
            filter: fields.optional("filter", choice::filter),
            settings: fields.optional("settings", choice::settings),
            metadata: fields.changed("metadata", rules::metadata(limits)).unwrap_or_default(),
        };
        Some(Self { url: url?, ..update })
    }

    /// A new endpoint of this application.
    pub(crate) fn into_new(self, api: &ApiState, app_id: AppId, secret: Option<SigningSecret>) -> Endpoint {
        let world = api.engine().world();
        let now = world.clock.now();
        Endpoint {
            id: EndpointId::new(now, &*world.dice),
            app_id,
            uid: self.uid,
            url: self.url.into(),
            description: self.description,
            disabled: self.disabled,
            event_types: self.event_types,
            channels: self.channels,
            rate_limit_per_s: self.throttle_rate,
            max_in_flight: self.max_in_flight,
            retry_schedule: self.retry_schedule,
            headers: BTreeMap::new(),
            secrets: secret.into_iter().collect(),
            dialect_settings_json: self.settings,
            filter_json: self.filter,
            metadata: self.metadata,
            health: EndpointHealth::default(),
            created_at: now,
            updated_at: now,
        }
    }
}

impl EndpointPatch {
    /// Reads a body.
    pub(crate) fn read(body: &[u8], limits: &Limits) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let patch = Self {
            url: fields.changed("url", url(limits)),
            uid: fields.given("uid", rules::uid),
            description: fields.changed("description", rules::description),
            disabled: fields.changed("disabled", rules::flag),
            event_types: fields.given("eventTypes", event_types(limits)),
            channels: fields.given("channels", channels(limits)),
            throttle_rate: fields.given("throttleRate", rules::rate),
            max_in_flight: fields.changed("maxInFlight", in_flight),
            retry_schedule: fields.given("retrySchedule", retry_schedule),
            filter: fields.given("filter", choice::filter),
            settings: fields.given("settings", choice::settings),
            metadata: fields.changed("metadata", rules::metadata(limits)),
        };
        fields.finish(Some(patch))
    }
}

fn event_types<'a>(
    limits: &Limits,
) -> impl FnOnce(&'a RawValue, &mut Faults) -> Option<Vec<EventTypeName>> + use<'a> {
    rules::set(limits.endpoint_event_types_max, rules::event_type)
}

fn channels<'a>(
    limits: &Limits,
) -> impl FnOnce(&'a RawValue, &mut Faults) -> Option<Vec<ChannelName>> + use<'a> {
    rules::set(limits.endpoint_channels_max, rules::channel)
}

fn in_flight(raw: &RawValue, faults: &mut Faults) -> Option<u16> {
    rules::integer(1..=MAX_IN_FLIGHT_MAX)(raw, faults)
}

fn retry_schedule(raw: &RawValue, faults: &mut Faults) -> Option<RetrySchedule> {
    let mut waits = Vec::new();
    for (place, item) in rules::list(raw, faults)?.into_iter().enumerate() {
        let seconds = serde_json::from_str::<f64>(item.get()).ok();
        match seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
            Some(wait) => waits.push(wait),
            None => faults.inside(place.to_string(), |faults| {
                faults.add::<()>("type_error.float", "must be a number of seconds, 0 or more");
            }),
        }
    }
    match RetrySchedule::new(waits) {
        Ok(schedule) => Some(schedule),
        Err(why) => faults.add("value_error", why.to_string()),
    }
}
