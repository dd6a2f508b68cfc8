//! What a dialect's own doors are told of their caller.

use std::sync::Arc;

use klingel_model::{Application, EnvironmentId, Role};
use klingel_store::AppRef;

/// A caller who has shown a key of the management API that allows what he asks for. Put into the request's extensions
/// before a dialect's management and feeding doors see it.
#[derive(Debug, Clone)]
pub struct Managed {
    /// The application in the path; it exists, is the caller's, and speaks the dialect.
    pub application: Arc<Application>,
}

impl Managed {
    /// The application as verbs take it.
    pub fn app_ref(&self) -> AppRef {
        AppRef::Id(self.application.id)
    }
}

/// A caller within the house, such as the portal, who has looked at his own caller already. Extensions cannot come
/// over the wire, so only code of this process can put one into a request to the management API.
#[derive(Debug, Clone, Copy)]
pub struct Trusted {
    /// The wall he is behind.
    pub environment_id: EnvironmentId,
    /// What he may do.
    pub role: Role,
}
