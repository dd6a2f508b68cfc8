//! The catalogue of event types.

pub(crate) mod archived;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod patch;
pub(crate) mod update;
pub(crate) mod wire;

use klingel_engine::Refusal;
use klingel_model::{EnvironmentId, EventType, EventTypeName};

use crate::ApiState;
use crate::application::{CHANGE_ATTEMPTS_MAX, changed_at};
use crate::problem::Problem;

/// The event type that a path names.
pub(crate) async fn find(
    api: &ApiState,
    environment_id: EnvironmentId,
    text: &str,
) -> Result<EventType, Problem> {
    let missing = || Problem::not_found("event type");
    let name = EventTypeName::new(text).map_err(|_| missing())?;
    api.engine().reader().event_type(environment_id, name).await?.ok_or_else(missing)
}

/// Reads an event type, changes it and writes it, again if somebody else was faster.
pub(crate) async fn change(
    api: &ApiState,
    environment_id: EnvironmentId,
    name: &str,
    mutate: impl Fn(&mut EventType) + Send + Sync,
) -> Result<EventType, Problem> {
    let mut refused = Problem::not_found("event type");
    for _ in 0..CHANGE_ATTEMPTS_MAX {
        let mut event_type = find(api, environment_id, name).await?;
        let expected = event_type.updated_at;
        mutate(&mut event_type);
        event_type.updated_at = changed_at(expected, api.engine().world().clock.now());
        match api.engine().replace_event_type(event_type.clone(), expected).await {
            Ok(()) => {
                api.inner.archived.forget(environment_id, &event_type.name);
                return Ok(event_type);
            }
            Err(refusal @ Refusal::Conflict(_)) => refused = refusal.into(),
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(refused)
}
