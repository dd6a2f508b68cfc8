//! Endpoints.

use klingel_model::{AppId, Endpoint, EndpointId, Micros};
use klingel_store::{Once, Written};

use crate::Engine;
use crate::refusal::Refusal;

const WHAT: &str = "endpoint";

impl Engine {
    /// Adds an endpoint. Errors: `NotFound` (the application), `Taken("uid")`, `Limit`, `KeyReused`.
    pub async fn add_endpoint(&self, endpoint: Endpoint, once: Option<Once>) -> Result<Written, Refusal> {
        let app_id = endpoint.app_id;
        let endpoints_max = self.settings.limits.endpoints_per_application_max;
        let written = self.world.store.add_endpoint(endpoint, endpoints_max, once).await;
        self.catalogue.forget(app_id);
        written.map_err(|error| Refusal::of(error, "application"))
    }

    /// Replaces an endpoint that was read with `updated_at == expected`. Errors: `NotFound`, `Taken`, `Conflict`,
    /// `KeyReused`.
    pub async fn replace_endpoint(
        &self,
        endpoint: Endpoint,
        expected: Micros,
        once: Option<Once>,
    ) -> Result<Written, Refusal> {
        let (app_id, id) = (endpoint.app_id, endpoint.id);
        let written = self.world.store.replace_endpoint(endpoint, expected, once).await;
        self.catalogue.forget(app_id);
        let written = written.map_err(|error| Refusal::of(error, WHAT))?;
        self.nudge.endpoint_changed(id);
        // A replay may have waited for the endpoint to be enabled.
        self.replay_wake.notify_one();
        Ok(written)
    }

    /// Deletes an endpoint; what is still owed to it is dropped. Errors: `NotFound`.
    pub async fn delete_endpoint(&self, app_id: AppId, id: EndpointId) -> Result<(), Refusal> {
        let deleted = self.world.store.delete_endpoint(app_id, id).await;
        self.catalogue.forget(app_id);
        deleted.map_err(|error| Refusal::of(error, WHAT))?;
        self.nudge.endpoint_changed(id);
        Ok(())
    }
}
