//! A webhook's settings: its name, its triggers, the fairs it was selected for.

use klingel_engine::deliver::{UnfitSettings, Wishes};
use klingel_model::Message;
use serde_json::{Map, Value, json};

use super::document;
use super::entity::{self, Action, EntityType};

/// Characters of a webhook's name.
pub(super) const NAME_CHARS_MAX: usize = 200;
/// Fairs that a webhook may select.
pub(super) const EVENTS_MAX: usize = 1000;

/// What the organiser filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    /// For people only.
    pub(super) name: String,
    /// Users' triggers, companies' triggers: new, update, delete.
    pub(super) triggers: [[bool; 3]; 2],
    /// Selected fairs, sorted; none selected means all.
    pub(super) events: Vec<u64>,
}

impl Default for Settings {
    /// An endpoint that was made without settings wants everything, as everywhere in the management API.
    fn default() -> Self {
        Self { name: String::new(), triggers: [[true; 3]; 2], events: Vec::new() }
    }
}

impl Settings {
    /// Reads `{name?, triggers: {user?: {new?, update?, delete?}, company?: {…}}, events?: [ids]}`. A trigger that is
    /// left out is off.
    pub(super) fn parse(text: &str) -> Result<Self, UnfitSettings> {
        match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => Self::of(&fields),
            _ => Err(unfit("", "must be a JSON object {name, triggers, events}")),
        }
    }

    /// The same from the fields themselves.
    pub(super) fn of(fields: &Map<String, Value>) -> Result<Self, UnfitSettings> {
        known(fields, &["name", "triggers", "events"], "")?;
        let name = match fields.get("name") {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(name)) if name.chars().count() <= NAME_CHARS_MAX => name.clone(),
            Some(_) => {
                return Err(unfit("name", &format!("must be a text of at most {NAME_CHARS_MAX} characters")));
            }
        };
        let Some(Value::Object(given)) = fields.get("triggers") else {
            let example = r#"{"user": {"new": true, "update": true, "delete": true}}"#;
            return Err(unfit("triggers", &format!("must be there, such as {example}")));
        };
        let events = match fields.get("events") {
            None | Some(Value::Null) => Vec::new(),
            Some(given) => events(given)?,
        };
        Ok(Self { name, triggers: triggers(given)?, events })
    }

    /// In the form that is kept and shown.
    pub(super) fn to_json(&self) -> Value {
        json!({ "name": self.name, "triggers": self.triggers_json(), "events": self.events })
    }

    /// The six triggers.
    pub(super) fn triggers_json(&self) -> Value {
        let of = |[new, update, delete]: [bool; 3]| json!({"new": new, "update": update, "delete": delete});
        json!({ "user": of(self.triggers[0]), "company": of(self.triggers[1]) })
    }

    /// Whether this trigger is on. A test has none.
    fn triggered(&self, entity: EntityType, action: Action) -> bool {
        let entity = EntityType::ALL.into_iter().position(|known| known == entity);
        let action = Action::TRIGGERS.into_iter().position(|known| known == action);
        entity.zip(action).is_some_and(|(entity, action)| self.triggers[entity][action])
    }
}

impl Wishes for Settings {
    /// A message that names no fair is of none of the selected ones.
    fn want(&self, message: &Message) -> bool {
        let Some((entity, action)) = entity::of_event_type(message.event_type.as_str()) else { return false };
        let selected = |fair| self.events.binary_search(&fair).is_ok();
        self.triggered(entity, action)
            && (self.events.is_empty() || message.channels.iter().filter_map(document::fair_of).any(selected))
    }
}

fn triggers(given: &Map<String, Value>) -> Result<[[bool; 3]; 2], UnfitSettings> {
    known(given, &EntityType::ALL.map(EntityType::word), "triggers.")?;
    let mut triggers = [[false; 3]; 2];
    for (entity, switches) in EntityType::ALL.into_iter().zip(&mut triggers) {
        let path = format!("triggers.{}", entity.word());
        let given = match given.get(entity.word()) {
            None | Some(Value::Null) => continue,
            Some(Value::Object(given)) => given,
            Some(_) => return Err(unfit(&path, "must be an object {new, update, delete}")),
        };
        known(given, &Action::TRIGGERS.map(Action::word), &format!("{path}."))?;
        for (action, switch) in Action::TRIGGERS.into_iter().zip(switches) {
            *switch = match given.get(action.word()) {
                None => false,
                Some(Value::Bool(on)) => *on,
                Some(_) => return Err(unfit(&format!("{path}.{}", action.word()), "must be true or false")),
            };
        }
    }
    Ok(triggers)
}

fn events(given: &Value) -> Result<Vec<u64>, UnfitSettings> {
    let Value::Array(given) = given else {
        return Err(unfit("events", "must be a list of numbers of fairs; an empty one means all"));
    };
    if given.len() > EVENTS_MAX {
        return Err(unfit("events", &format!("must name at most {EVENTS_MAX} fairs")));
    }
    let mut events = Vec::with_capacity(given.len());
    for (place, fair) in given.iter().enumerate() {
        let fair = document::id(&fair.to_string());
        events.push(fair.ok_or_else(|| unfit(&format!("events.{place}"), "must be the number of a fair"))?);
    }
    events.sort_unstable();
    events.dedup();
    Ok(events)
}

fn known(fields: &Map<String, Value>, names: &[&str], prefix: &str) -> Result<(), UnfitSettings> {
    match fields.keys().find(|key| !names.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            Err(unfit(&format!("{prefix}{key}"), &format!("is unknown here; known are {}", names.join(", "))))
        }
    }
}

fn unfit(path: &str, reason: &str) -> UnfitSettings {
    UnfitSettings { path: path.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_kept_complete_and_read_back() {
        let read =
            Settings::parse(r#"{"name":"CRM","triggers":{"user":{"new":true}},"events":[9,7,9]}"#).unwrap();
        assert_eq!(read.triggers, [[true, false, false], [false; 3]]);
        assert_eq!(read.events, [7, 9]);
        assert_eq!(Settings::parse(&read.to_json().to_string()), Ok(read));
    }

    #[test]
    fn wrong_settings_are_refused_with_their_place() {
        for (text, path) in [
            ("[]", ""),
            ("{", ""),
            ("{}", "triggers"),
            (r#"{"triggers":{},"active":true}"#, "active"),
            (r#"{"triggers":{"fair":{}}}"#, "triggers.fair"),
            (r#"{"triggers":{"user":[]}}"#, "triggers.user"),
            (r#"{"triggers":{"user":{"test":true}}}"#, "triggers.user.test"),
            (r#"{"triggers":{"company":{"new":1}}}"#, "triggers.company.new"),
            (r#"{"triggers":{},"events":7}"#, "events"),
            (r#"{"triggers":{},"events":[7,"8"]}"#, "events.1"),
            (r#"{"triggers":{},"events":[-1]}"#, "events.0"),
            (r#"{"triggers":{},"name":5}"#, "name"),
        ] {
            assert_eq!(Settings::parse(text).unwrap_err().path, path, "{text}");
        }
    }
}
