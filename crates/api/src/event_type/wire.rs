//! Event types as the API writes them.

use klingel_model::{EnvironmentId, EventType, EventTypeId, EventTypeName};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::ApiState;
use crate::entries::object;
use crate::fields::{Faults, Fields, Given};
use crate::openapi;
use crate::problem::Problem;
use crate::rules;

/// Versions of a schema that an event type may have.
const SCHEMA_VERSIONS_MAX: usize = 100;

/// An event type to be made.
#[derive(Debug, Clone)]
pub(crate) struct EventTypeIn {
    /// Its name.
    pub(crate) name: EventTypeName,
    /// What it is to be.
    pub(crate) rest: EventTypeUpdate,
}

/// What an event type is to be.
#[derive(Debug, Clone, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct EventTypeUpdate {
    /// What it means, for people.
    pub(crate) description: String,
    /// Hidden from lists; messages of it are refused.
    #[schema(required = false, default = false)]
    pub(crate) archived: bool,
    /// Still works, but receivers should move away from it.
    #[schema(required = false, default = false)]
    pub(crate) deprecated: bool,
    /// A flag that a portal needs to show it.
    pub(crate) feature_flag: Option<String>,
    /// JSON Schemas of the payload, by version.
    #[schema(value_type = Option<BTreeMap<String, Object>>)]
    pub(crate) schemas: Option<String>,
}

/// A change of an event type: absent fields stay as they are.
#[derive(Debug, Clone, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct EventTypePatch {
    /// What it means, for people.
    #[schema(nullable = false)]
    pub(crate) description: Option<String>,
    /// Hidden from lists; messages of it are refused.
    #[schema(nullable = false)]
    pub(crate) archived: Option<bool>,
    /// Still works, but receivers should move away from it.
    #[schema(nullable = false)]
    pub(crate) deprecated: Option<bool>,
    /// A flag that a portal needs to show it; null takes it away.
    #[schema(value_type = Option<String>)]
    pub(crate) feature_flag: Given<String>,
    /// JSON Schemas of the payload, by version; null takes them away.
    #[schema(value_type = Option<BTreeMap<String, Object>>)]
    pub(crate) schemas: Given<String>,
}

/// An event type.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventTypeOut {
    /// Its name.
    name: String,
    /// What it means, for people.
    description: String,
    /// Hidden from lists; messages of it are refused.
    archived: bool,
    /// Still works, but receivers should move away from it.
    deprecated: bool,
    /// A flag that a portal needs to show it.
    feature_flag: Option<String>,
    /// JSON Schemas of the payload, by version.
    #[schema(value_type = Option<BTreeMap<String, Object>>)]
    schemas: Option<Box<RawValue>>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl PartialSchema for EventTypeIn {
    fn schema() -> RefOr<Schema> {
        openapi::and_also::<EventTypeUpdate>("name", "Its name: letters, digits, `-`, `_` and `.`", true)
    }
}

impl ToSchema for EventTypeIn {}

impl EventTypeIn {
    /// Reads a body.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let name = fields.required("name", rules::event_type);
        let rest = EventTypeUpdate::build(&mut fields);
        fields.finish(name.zip(rest).map(|(name, rest)| Self { name, rest }))
    }
}

impl EventTypeUpdate {
    /// Reads a body.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let update = Self::build(&mut fields);
        fields.finish(update)
    }

    fn build(fields: &mut Fields<'_>) -> Option<Self> {
        let description = fields.required("description", rules::description);
        let archived = fields.changed("archived", rules::flag).unwrap_or_default();
        let deprecated = fields.changed("deprecated", rules::flag).unwrap_or_default();
        let feature_flag = fields.optional("featureFlag", feature_flag);
        let schemas = fields.optional("schemas", schemas);
        Some(Self { description: description?, archived, deprecated, feature_flag, schemas })
    }

    /// A new event type of this name.
    pub(crate) fn into_new(
        self,
        name: EventTypeName,
        api: &ApiState,
        environment_id: EnvironmentId,
    ) -> EventType {
        let world = api.engine().world();
        let now = world.clock.now();
        EventType {
            id: EventTypeId::new(now, &*world.dice),
            environment_id,
            name,
            description: self.description,
            archived: self.archived,
            deprecated: self.deprecated,
            feature_flag: self.feature_flag,
            schemas_json: self.schemas,
            created_at: now,
            updated_at: now,
        }
    }

    /// Puts this in the place of what an event type was.
    pub(crate) fn replace(&self, event_type: &mut EventType) {
        event_type.description.clone_from(&self.description);
        event_type.archived = self.archived;
        event_type.deprecated = self.deprecated;
        event_type.feature_flag.clone_from(&self.feature_flag);
        event_type.schemas_json.clone_from(&self.schemas);
    }
}

impl EventTypePatch {
    /// Reads a body.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let patch = Self {
            description: fields.changed("description", rules::description),
            archived: fields.changed("archived", rules::flag),
            deprecated: fields.changed("deprecated", rules::flag),
            feature_flag: fields.given("featureFlag", feature_flag),
            schemas: fields.given("schemas", schemas),
        };
        fields.finish(Some(patch))
    }
}

/// A feature flag has the letters of an event type's name.
fn feature_flag(raw: &RawValue, faults: &mut Faults) -> Option<String> {
    rules::event_type(raw, faults).map(|flag| flag.to_string())
}

/// Version to JSON Schema, kept as it was written. Parsed once, so that whoever reads it later can rely on its depth.
fn schemas(raw: &RawValue, faults: &mut Faults) -> Option<String> {
    let versions = object(raw, SCHEMA_VERSIONS_MAX, faults)?;
    let mut sound = true;
    for (version, schema) in versions {
        faults.inside(rules::shortened(&version), |faults| match serde_json::from_str(schema.get()) {
            Ok(Value::Object(_)) => {}
            Ok(_) => {
                sound = false;
                faults.add::<()>("type_error.dict", "must be a JSON object");
            }
            Err(_) => {
                sound = false;
                faults.add::<()>("value_error", "is nested too deeply or holds a string that is not Unicode");
            }
        });
    }
    sound.then(|| raw.get().to_owned())
}

impl EventTypeOut {
    /// An event type, with its schemas if they are wanted.
    pub(crate) fn of(event_type: EventType, with_schemas: bool) -> Result<Self, Problem> {
        let schemas = match event_type.schemas_json.filter(|_| with_schemas) {
            None => None,
            Some(json) => Some(RawValue::from_string(json).map_err(|error| {
                Problem::Internal(format!(
                    "event type {} has schemas that are no JSON: {error}",
                    event_type.id
                ))
            })?),
        };
        Ok(Self {
            name: event_type.name.to_string(),
            description: event_type.description,
            archived: event_type.archived,
            deprecated: event_type.deprecated,
            feature_flag: event_type.feature_flag,
            schemas,
            created_at: event_type.created_at.to_rfc3339(),
            updated_at: event_type.updated_at.to_rfc3339(),
        })
    }
}
