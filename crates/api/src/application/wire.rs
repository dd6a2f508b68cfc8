//! Applications as the API writes them.

use std::collections::BTreeMap;

use klingel_engine::Limits;
use klingel_model::{AppId, Application, EnvironmentId, Uid};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::ApiState;
use crate::fields::{Faults, Fields, Given};
use crate::problem::Problem;
use crate::rules;

/// The dialect of an application that names none.
const DIALECT_DEFAULT: &str = "standard";

/// An application to be made, or to be put in the place of another.
#[derive(Debug, Clone, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct ApplicationIn {
    /// Its name, for people.
    #[schema(min_length = 1, max_length = 1024)]
    pub(crate) name: String,
    /// The publisher's own name for it, usable in place of its id.
    #[schema(value_type = Option<String>, pattern = "^[a-zA-Z0-9\\-_.]+$", max_length = 256)]
    pub(crate) uid: Option<Uid>,
    /// Messages a second to all its endpoints together; absent or null: no limit.
    #[schema(minimum = 1)]
    pub(crate) throttle_rate: Option<u16>,
    /// Free marks.
    #[schema(required = false)]
    pub(crate) metadata: BTreeMap<String, String>,
    /// The name of its dialect. Klingel's own field.
    #[schema(required = false, default = "standard")]
    pub(crate) dialect: String,
}

/// A change of an application: absent fields stay as they are.
#[derive(Debug, Clone, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct ApplicationPatch {
    /// Its name, for people.
    #[schema(nullable = false)]
    pub(crate) name: Option<String>,
    /// The publisher's own name for it; null takes it away.
    #[schema(value_type = Option<String>)]
    pub(crate) uid: Given<Uid>,
    /// Messages a second to all its endpoints together; null: no limit.
    #[schema(value_type = Option<u16>, minimum = 1)]
    pub(crate) throttle_rate: Given<u16>,
    /// Free marks; they replace the old ones.
    #[schema(nullable = false)]
    pub(crate) metadata: Option<BTreeMap<String, String>>,
    /// The name of its dialect. Klingel's own field.
    #[schema(nullable = false)]
    pub(crate) dialect: Option<String>,
}

/// An application.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApplicationOut {
    /// Its id.
    id: String,
    /// The publisher's own name for it.
    uid: Option<String>,
    /// Its name, for people.
    name: String,
    /// Messages a second to all its endpoints together; null: no limit.
    throttle_rate: Option<u16>,
    /// Free marks.
    metadata: BTreeMap<String, String>,
    /// The name of its dialect. Klingel's own field.
    dialect: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl ApplicationIn {
    /// Reads a body.
    pub(crate) fn read(body: &[u8], limits: &Limits) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let application = Self::build(&mut fields, limits);
        fields.finish(application)
    }

    /// Reads the object inside another body.
    pub(crate) fn inside(raw: &RawValue, limits: &Limits, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::inside(raw, faults)?;
        let application = Self::build(&mut fields, limits);
        fields.finish_inside(application, faults)
    }

    fn build(fields: &mut Fields<'_>, limits: &Limits) -> Option<Self> {
        let name = fields.required("name", rules::title);
        let uid = fields.optional("uid", rules::uid);
        let throttle_rate = fields.optional("throttleRate", rules::rate);
        let metadata = fields.changed("metadata", rules::metadata(limits)).unwrap_or_default();
        let dialect = fields.changed("dialect", rules::title);
        let dialect = dialect.unwrap_or_else(|| DIALECT_DEFAULT.to_owned());
        Some(Self { name: name?, uid, throttle_rate, metadata, dialect })
    }

    /// The application that this describes, made now.
    pub(crate) fn into_new(self, api: &ApiState, environment_id: EnvironmentId) -> Application {
        let world = api.engine().world();
        let now = world.clock.now();
        Application {
            id: AppId::new(now, &*world.dice),
            environment_id,
            uid: self.uid,
            name: self.name,
            dialect: self.dialect,
            rate_limit_per_s: self.throttle_rate,
            metadata: self.metadata,
            created_at: now,
            updated_at: now,
        }
    }
}

impl ApplicationPatch {
    /// Reads a body.
    pub(crate) fn read(body: &[u8], limits: &Limits) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let patch = Self {
            name: fields.changed("name", rules::title),
            uid: fields.given("uid", rules::uid),
            throttle_rate: fields.given("throttleRate", rules::rate),
            metadata: fields.changed("metadata", rules::metadata(limits)),
            dialect: fields.changed("dialect", rules::title),
        };
        fields.finish(Some(patch))
    }
}

impl From<Application> for ApplicationOut {
    fn from(application: Application) -> Self {
        Self {
            id: application.id.to_string(),
            uid: application.uid.map(|uid| uid.to_string()),
            name: application.name,
            throttle_rate: application.rate_limit_per_s,
            metadata: application.metadata,
            dialect: application.dialect,
            created_at: application.created_at.to_rfc3339(),
            updated_at: application.updated_at.to_rfc3339(),
        }
    }
}
