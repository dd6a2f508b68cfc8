//! The catalogue of event types, one per environment.

use crate::id::{EnvironmentId, EventTypeId};
use crate::name::EventTypeName;
use crate::time::Micros;

/// An event type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventType {
    /// Its id.
    pub id: EventTypeId,
    /// The environment it belongs to.
    pub environment_id: EnvironmentId,
    /// Its name, unique in the environment.
    pub name: EventTypeName,
    /// What it means, for people.
    pub description: String,
    /// Hidden from lists; messages of it are refused.
    pub archived: bool,
    /// Still works, but receivers should move away from it.
    pub deprecated: bool,
    /// A flag that a portal needs to show it.
    pub feature_flag: Option<String>,
    /// JSON text of an object: version to JSON Schema. `None`: no schema.
    pub schemas_json: Option<String>,
    /// When it was made.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}
