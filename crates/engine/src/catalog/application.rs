//! Applications.

use klingel_model::{AppId, Application, Micros};
use klingel_store::{Once, Written};

use crate::Engine;
use crate::refusal::Refusal;

const WHAT: &str = "application";

impl Engine {
    /// Adds an application. Errors: `Taken("uid")`, `Invalid("dialect")`, `KeyReused`.
    pub async fn add_application(
        &self,
        application: Application,
        once: Option<Once>,
    ) -> Result<Written, Refusal> {
        self.known_dialect(&application.dialect)?;
        let written = self.world.store.add_application(application, once).await;
        written.map_err(|error| Refusal::of(error, WHAT))
    }

    /// Replaces an application that was read with `updated_at == expected`. Errors: `NotFound`, `Taken`, `Conflict`.
    pub async fn replace_application(
        &self,
        application: Application,
        expected: Micros,
    ) -> Result<(), Refusal> {
        self.known_dialect(&application.dialect)?;
        let id = application.id;
        let replaced = self.world.store.replace_application(application, expected).await;
        self.catalogue.forget(id);
        replaced.map_err(|error| Refusal::of(error, WHAT))?;
        self.nudge.application_changed(id);
        Ok(())
    }

    /// Deletes an application with everything in it. Errors: `NotFound`.
    pub async fn delete_application(&self, id: AppId) -> Result<(), Refusal> {
        let deleted = self.world.store.delete_application(id).await;
        self.catalogue.forget(id);
        deleted.map_err(|error| Refusal::of(error, WHAT))?;
        self.nudge.application_changed(id);
        Ok(())
    }

    fn known_dialect(&self, name: &str) -> Result<(), Refusal> {
        if self.world.dialect(name).is_some() {
            return Ok(());
        }
        let known: Vec<_> = self.world.dialects.iter().map(|dialect| dialect.name()).collect();
        Err(Refusal::Invalid("dialect", format!("must be one of {}", known.join(", "))))
    }
}
