//! Hooks: endpoints with an operator. The operator is also the channel by which fan-out finds them.

use std::collections::BTreeSet;
use std::sync::Arc;

use klingel_engine::deliver::{UnfitSettings, Wishes};
use klingel_engine::{Engine, Refusal};
use klingel_model::{AppId, ChannelName, Dice, Endpoint, EndpointId, Message, Uid};
use klingel_store::{EndpointRef, Order, Page};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::plan::HOOKS;

/// Endpoints read at once.
const ROWS: usize = 250;

/// What an endpoint is to the vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HookSettings {
    /// Which kind of hook.
    pub hook_key: String,
    /// Whose.
    pub operator: String,
}

impl HookSettings {
    /// Reads an endpoint's settings; `None` for an endpoint that is nobody's hook.
    pub fn of(endpoint: &Endpoint) -> Option<Self> {
        serde_json::from_str(endpoint.dialect_settings_json.as_deref()?).ok()
    }

    /// The form that is kept.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("two texts can be written")
    }

    /// Reads and checks what the management API was given.
    pub fn parse(text: &str) -> Result<Self, UnfitSettings> {
        let unfit = |path: &str, reason: String| UnfitSettings { path: path.to_owned(), reason };
        let settings: Self = serde_json::from_str(text).map_err(|_| {
            unfit("", r#"must be of the form {"hookKey": "personalData", "operator": "…"}"#.to_owned())
        })?;
        if !HOOKS.iter().any(|hook| hook.key == settings.hook_key) {
            let known: Vec<&str> = HOOKS.iter().map(|hook| hook.key).collect();
            return Err(unfit("hookKey", format!("must be one of {}", known.join(", "))));
        }
        match ChannelName::new(&settings.operator) {
            Ok(_) => Ok(settings),
            Err(why) => Err(unfit("operator", why.to_string())),
        }
    }

    /// What the hook asks of messages.
    pub fn wishes(endpoint: &Endpoint) -> Arc<dyn Wishes> {
        Arc::new(Wanted(Self::of(endpoint)))
    }
}

/// A hook gets its operator's messages of its kind. An endpoint that is nobody's hook gets nothing: personal data must
/// not go to somebody whom no user has been asked about.
struct Wanted(Option<HookSettings>);

impl Wishes for Wanted {
    fn want(&self, message: &Message) -> bool {
        self.0.as_ref().is_some_and(|hook| {
            message.event_type.as_str() == hook.hook_key
                && message.channels.iter().any(|channel| channel.as_str() == hook.operator)
        })
    }
}

/// The hook's uuid, by which operators know it: the endpoint's uid, or where the management API gave it another one,
/// its id.
pub fn uuid_of(endpoint: &Endpoint) -> Uuid {
    let uid = endpoint.uid.as_ref().and_then(|uid| Uuid::parse_str(uid.as_str()).ok());
    uid.unwrap_or_else(|| endpoint.id.to_uuid())
}

/// A new version 4 UUID.
pub fn new_uuid(dice: &dyn Dice) -> Uuid {
    let mut bytes = [0u8; 16];
    dice.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// The endpoint with this uuid in the store, if it is this operator's hook of this kind.
pub async fn find(
    engine: &Engine,
    app_id: AppId,
    wanted: &HookSettings,
    uuid: Uuid,
) -> Result<Option<Endpoint>, Refusal> {
    let name = Uid::new(&uuid.to_string()).expect("a uuid holds only digits, letters and '-'");
    for wanted_name in [EndpointRef::Uid(name), EndpointRef::Id(EndpointId::from_u128(uuid.as_u128()))] {
        let found = engine.reader().endpoint(app_id, wanted_name).await;
        let found = found.map_err(|error| Refusal::of(error, "hook"))?;
        if let Some(endpoint) = found
            && HookSettings::of(&endpoint).as_ref() == Some(wanted)
            && uuid_of(&endpoint) == uuid
        {
            return Ok(Some(endpoint));
        }
    }
    Ok(None)
}

/// Every hook of the store, oldest first. Bounded by `endpoints_per_application_max`, which the store enforces.
pub async fn all(engine: &Engine, app_id: AppId) -> Result<Vec<(HookSettings, Endpoint)>, Refusal> {
    let mut hooks = Vec::new();
    let mut page = Page { limit: ROWS, after: None, order: Order::Ascending };
    loop {
        let part = engine.reader().endpoints(app_id, page.clone()).await;
        let part = part.map_err(|error| Refusal::of(error, "application"))?;
        hooks.extend(part.items.into_iter().filter_map(|e| Some((HookSettings::of(&e)?, e))));
        match part.resume {
            Some(after) => page.after = Some(after),
            None => return Ok(hooks),
        }
    }
}

/// The operators with at least one hook in the store, in the order of their names.
pub async fn operators(engine: &Engine, app_id: AppId) -> Result<BTreeSet<String>, Refusal> {
    Ok(all(engine, app_id).await?.into_iter().map(|(hook, _)| hook.operator).collect())
}
