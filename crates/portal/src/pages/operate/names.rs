//! The names of the applications on a page, each looked up once.

use std::collections::HashMap;

use klingel_model::{AppId, EnvironmentId};
use klingel_store::AppRef;

use crate::Portal;
use crate::fault::Fault;

/// Names that were looked up.
pub(super) struct Names<'a> {
    portal: &'a Portal,
    environment_id: EnvironmentId,
    known: HashMap<AppId, String>,
}

impl<'a> Names<'a> {
    /// Without a name yet.
    pub(super) fn new(portal: &'a Portal, environment_id: EnvironmentId) -> Self {
        Self { portal, environment_id, known: HashMap::new() }
    }

    /// The application's name; its id if it was deleted meanwhile.
    pub(super) async fn of(&mut self, app_id: AppId) -> Result<String, Fault> {
        if let Some(name) = self.known.get(&app_id) {
            return Ok(name.clone());
        }
        let found =
            self.portal.engine().reader().application(self.environment_id, AppRef::Id(app_id)).await?;
        let name = found.map_or_else(|| app_id.to_string(), |application| application.name);
        self.known.insert(app_id, name.clone());
        Ok(name)
    }
}
