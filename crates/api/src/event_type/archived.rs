//! Which event types are archived, without asking the store at every message.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use klingel_model::{EnvironmentId, EventTypeName};

use crate::ApiState;
use crate::problem::Problem;

/// How long an event type is believed to be as it was: a change by another process is seen within it.
const TYPE_AGE_MAX: Duration = Duration::from_secs(2);
/// Event types that are remembered; beyond it the memory starts anew.
const TYPES_REMEMBERED_MAX: usize = 10_000;

/// When an event type was asked for, and whether it was archived then.
type Known = HashMap<EnvironmentId, HashMap<EventTypeName, (Duration, bool)>>;

/// Event types that were asked for lately.
#[derive(Debug, Default)]
pub(crate) struct KnownTypes(Mutex<Known>);

impl KnownTypes {
    fn known(&self) -> MutexGuard<'_, Known> {
        // A panic under the lock leaves a cache that is at worst incomplete.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets an event type that was changed by this process.
    pub(crate) fn forget(&self, environment_id: EnvironmentId, name: &EventTypeName) {
        if let Some(types) = self.known().get_mut(&environment_id) {
            types.remove(name);
        }
    }
}

/// Whether messages of this event type are refused. Types that nobody has described are taken.
pub(crate) async fn is_archived(
    api: &ApiState,
    environment_id: EnvironmentId,
    name: &EventTypeName,
) -> Result<bool, Problem> {
    let now = api.engine().world().clock.monotonic();
    let cache = &api.inner.archived;
    let seen = cache.known().get(&environment_id).and_then(|types| types.get(name)).copied();
    if let Some((seen_at, archived)) = seen
        && now.saturating_sub(seen_at) <= TYPE_AGE_MAX
    {
        return Ok(archived);
    }
    let found = api.engine().reader().event_type(environment_id, name.clone()).await?;
    let archived = found.is_some_and(|event_type| event_type.archived);
    let mut known = cache.known();
    if known.values().map(HashMap::len).sum::<usize>() >= TYPES_REMEMBERED_MAX {
        known.clear();
    }
    known.entry(environment_id).or_default().insert(name.clone(), (now, archived));
    Ok(archived)
}
