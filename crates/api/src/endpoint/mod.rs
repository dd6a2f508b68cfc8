//! Endpoints: URLs that want messages.

pub(crate) mod choice;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod header_rules;
pub(crate) mod headers_get;
pub(crate) mod headers_patch;
pub(crate) mod headers_update;
pub(crate) mod list;
pub(crate) mod patch;
pub(crate) mod secret_get;
pub(crate) mod secret_rotate;
pub(crate) mod send_example;
pub(crate) mod update;
pub(crate) mod url;
pub(crate) mod wire;

use klingel_engine::Refusal;
use klingel_engine::deliver::Dialect;
use klingel_model::{Application, Endpoint};
use klingel_store::{Once, Written};

use crate::ApiState;
use crate::application::{CHANGE_ATTEMPTS_MAX, changed_at};
use crate::find;
use crate::problem::Problem;

/// The dialect of an application.
pub(crate) fn dialect<'a>(api: &'a ApiState, application: &Application) -> Result<&'a dyn Dialect, Problem> {
    let dialect = api.engine().world().dialect(&application.dialect);
    dialect.map(|dialect| &**dialect).ok_or_else(|| {
        Problem::Internal(format!(
            "application {} has the dialect {:?}, which this version does not know",
            application.id, application.dialect
        ))
    })
}

/// Adds an endpoint.
pub(crate) async fn add(api: &ApiState, endpoint: Endpoint, once: Option<Once>) -> Result<Written, Problem> {
    api.engine().add_endpoint(endpoint, once).await.map_err(|refusal| match refusal {
        // The store knows the number only; the operator knows the setting by its name.
        Refusal::Limit(_, max) => Refusal::Limit("endpoints_per_application_max", max).into(),
        refusal => refusal.into(),
    })
}

/// Reads an endpoint, changes it and writes it, again if somebody else was faster.
pub(crate) async fn change(
    api: &ApiState,
    application: &Application,
    endpoint: &str,
    once: Option<Once>,
    mutate: impl Fn(&mut Endpoint) -> Result<(), Problem> + Send + Sync,
) -> Result<(Endpoint, Written), Problem> {
    let mut refused = Problem::not_found("endpoint");
    for _ in 0..CHANGE_ATTEMPTS_MAX {
        let mut endpoint = find::endpoint(api, application.id, endpoint).await?;
        let expected = endpoint.updated_at;
        mutate(&mut endpoint)?;
        endpoint.updated_at = changed_at(expected, api.engine().world().clock.now());
        match api.engine().replace_endpoint(endpoint.clone(), expected, once.clone()).await {
            Ok(written) => return Ok((endpoint, written)),
            Err(refusal @ Refusal::Conflict(_)) => refused = refusal.into(),
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(refused)
}
