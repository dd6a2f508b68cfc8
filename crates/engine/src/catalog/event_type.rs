//! Event types.

use klingel_model::{EnvironmentId, EventType, EventTypeName, Micros};
use klingel_store::{Once, Written};

use crate::Engine;
use crate::refusal::Refusal;

const WHAT: &str = "event type";

impl Engine {
    /// Adds an event type. Errors: `Taken("name")`, `KeyReused`.
    pub async fn add_event_type(
        &self,
        event_type: EventType,
        once: Option<Once>,
    ) -> Result<Written, Refusal> {
        let written = self.world.store.add_event_type(event_type, once).await;
        written.map_err(|error| Refusal::of(error, WHAT))
    }

    /// Replaces an event type that was read with `updated_at == expected`. Errors: `NotFound`, `Conflict`.
    pub async fn replace_event_type(&self, event_type: EventType, expected: Micros) -> Result<(), Refusal> {
        let replaced = self.world.store.replace_event_type(event_type, expected).await;
        replaced.map_err(|error| Refusal::of(error, WHAT))
    }

    /// Deletes an event type for good. Errors: `NotFound`.
    pub async fn delete_event_type(
        &self,
        environment_id: EnvironmentId,
        name: EventTypeName,
    ) -> Result<(), Refusal> {
        let deleted = self.world.store.delete_event_type(environment_id, name).await;
        deleted.map_err(|error| Refusal::of(error, WHAT))
    }
}
