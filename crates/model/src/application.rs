//! One customer of the software vendor.

use std::collections::BTreeMap;

use crate::id::{AppId, EnvironmentId};
use crate::name::Uid;
use crate::time::Micros;

/// An application: the owner of endpoints and messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its id.
    pub id: AppId,
    /// The environment it belongs to.
    pub environment_id: EnvironmentId,
    /// The publisher's own name for it, unique in the environment.
    pub uid: Option<Uid>,
    /// Its name, for people.
    pub name: String,
    /// The name of its dialect.
    pub dialect: String,
    /// Messages per second to all its endpoints together; `None`: no limit.
    pub rate_limit_per_s: Option<u16>,
    /// The publisher's own marks.
    pub metadata: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}
