//! Applications: the customers of the software vendor.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod patch;
pub(crate) mod update;
pub(crate) mod wire;

use std::time::Duration;

use klingel_engine::Refusal;
use klingel_model::{Application, EnvironmentId, Micros};

use crate::ApiState;
use crate::find;
use crate::problem::Problem;

/// How often a change is tried when somebody else changes the same thing at the same time.
pub(crate) const CHANGE_ATTEMPTS_MAX: usize = 3;

/// When a thing that was last changed at `before` is changed now: always later, as the store tells changes apart by it.
pub(crate) fn changed_at(before: Micros, now: Micros) -> Micros {
    now.max(before.plus(Duration::from_micros(1)))
}

/// Reads an application, changes it and writes it, again if somebody else was faster.
pub(crate) async fn change(
    api: &ApiState,
    environment_id: EnvironmentId,
    app: &str,
    mutate: impl Fn(&mut Application) + Send + Sync,
) -> Result<Application, Problem> {
    let mut refused = Problem::not_found("application");
    for _ in 0..CHANGE_ATTEMPTS_MAX {
        let mut application = find::application(api, environment_id, app).await?;
        let expected = application.updated_at;
        mutate(&mut application);
        application.updated_at = changed_at(expected, api.engine().world().clock.now());
        match api.engine().replace_application(application.clone(), expected).await {
            Ok(()) => return Ok(application),
            Err(refusal @ Refusal::Conflict(_)) => refused = refusal.into(),
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(refused)
}
