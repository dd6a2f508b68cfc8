//! Plain messages of the management API: `user.new` … `company.delete` with `{entity_id, result?, event?}`.

use klingel_engine::{Publish, Refusal};
use serde_json::value::RawValue;

use super::document::{self, Fault};
use super::entity::{self, Action};
use super::wire;

/// What a payload may hold.
const KEYS: [&str; 3] = ["entity_id", "result", "event"];

/// Puts a message into the vendor's form: its payload becomes the body, its fairs become channels.
/// Errors: `Invalid("eventType")`, `Invalid("payload")`.
pub(super) fn shape(mut publish: Publish) -> Result<Publish, Refusal> {
    let known = entity::of_event_type(publish.event_type.as_str());
    let Some((entity, action)) = known.filter(|(_, action)| *action != Action::Test) else {
        let expected =
            "must be user.new, user.update, user.delete, company.new, company.update or company.delete";
        return Err(Refusal::Invalid("eventType", expected.to_owned()));
    };
    let unfit = |fault: Fault| {
        let place = fault.place();
        let separator = if place.is_empty() { "" } else { ": " };
        Refusal::Invalid("payload", format!("{place}{separator}{}", fault.reason))
    };
    let change = Change::read(&publish.payload, action).map_err(unfit)?;
    for fair in change.fairs {
        let channel = document::channel(fair);
        if !publish.channels.contains(&channel) {
            publish.channels.push(channel);
        }
    }
    publish.payload = wire::envelope(entity, change.id, action, change.result.map(RawValue::get));
    Ok(publish)
}

struct Change<'a> {
    id: u64,
    result: Option<&'a RawValue>,
    fairs: Vec<u64>,
}

impl<'a> Change<'a> {
    fn read(payload: &'a [u8], action: Action) -> Result<Self, Fault> {
        let fields = document::object(payload)?;
        if let Some(unknown) = fields.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(Fault::at(unknown, format!("is unknown; a payload holds {}", KEYS.join(", "))));
        }
        let id = fields.get("entity_id").and_then(|raw| document::id(raw.get()));
        let id = id.ok_or_else(|| Fault::at("entity_id", "must be there, and be a whole number"))?;
        let result = fields.get("result").copied().filter(|raw| raw.get() != "null");
        match (result, action) {
            (Some(_), Action::Delete) => {
                return Err(Fault::at("result", "must be absent: what was deleted has no new value"));
            }
            (None, Action::New | Action::Update) => {
                return Err(Fault::at("result", "must be there: the new value, a JSON object"));
            }
            _ => {}
        }
        if let Some(raw) = result {
            document::entity(raw.get().as_bytes(), id).map_err(|mut fault| {
                fault.path.insert(0, "result".to_owned());
                fault
            })?;
        }
        let fairs = match fields.get("event") {
            None => Vec::new(),
            Some(raw) => {
                let value = serde_json::from_str(raw.get()).unwrap_or_default();
                document::fairs(&value).map_err(|why| Fault::at("event", why))?
            }
        };
        Ok(Self { id, result, fairs })
    }
}
