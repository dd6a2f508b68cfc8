//! Who is known to live: applications and endpoints that the writer has found in the store. A message does not ask again
//! for each of its endpoints; that had cost more than to write what they are owed.
//!
//! Only what a committed deletion cannot have changed is believed: every deletion of this process, every rollback and
//! every commit of another process makes the writer forget all of it.

use foldhash::HashMap;
use klingel_model::{AppId, EndpointId, EnvironmentId};
use rusqlite::{Connection, params};

/// Applications and, counted alone, endpoints that are remembered; beyond it the memory starts anew.
const REMEMBERED_MAX: usize = 65_536;

/// Applications with their environment, endpoints with their application.
#[derive(Debug, Default)]
pub(crate) struct Living {
    applications: HashMap<AppId, EnvironmentId>,
    endpoints: HashMap<EndpointId, AppId>,
    /// SQLite's number for the changes of other connections, as it was last.
    elsewhere: i64,
}

impl Living {
    /// Whether the application is there, in this environment.
    pub(crate) fn has_application(
        &mut self,
        db: &Connection,
        id: AppId,
        environment_id: EnvironmentId,
    ) -> rusqlite::Result<bool> {
        if let Some(known) = self.applications.get(&id) {
            return Ok(*known == environment_id);
        }
        let lives = db
            .prepare_cached("SELECT 1 FROM application WHERE id = ?1 AND environment_id = ?2")?
            .exists(params![id.to_bytes(), environment_id.to_bytes()])?;
        if lives {
            remember(&mut self.applications, id, environment_id);
        }
        Ok(lives)
    }

    /// Whether the endpoint is there, in this application.
    pub(crate) fn has_endpoint(
        &mut self,
        db: &Connection,
        app_id: AppId,
        id: EndpointId,
    ) -> rusqlite::Result<bool> {
        if let Some(known) = self.endpoints.get(&id) {
            return Ok(*known == app_id);
        }
        let lives = db
            .prepare_cached("SELECT 1 FROM endpoint WHERE app_id = ?1 AND id = ?2")?
            .exists(params![app_id.to_bytes(), id.to_bytes()])?;
        if lives {
            remember(&mut self.endpoints, id, app_id);
        }
        Ok(lives)
    }

    /// Takes in SQLite's number for the changes of other connections (`PRAGMA data_version`) as the open transaction
    /// sees it. Gives whether there were any.
    pub(crate) fn notice(&mut self, elsewhere: i64) -> bool {
        let changed = self.elsewhere != elsewhere;
        if changed {
            self.elsewhere = elsewhere;
            self.forget();
        }
        changed
    }

    /// Somebody was deleted, or what was found may have been undone.
    pub(crate) fn forget(&mut self) {
        self.applications.clear();
        self.endpoints.clear();
    }
}

fn remember<K: Eq + std::hash::Hash, V>(known: &mut HashMap<K, V>, key: K, value: V) {
    if known.len() >= REMEMBERED_MAX {
        known.clear();
    }
    known.insert(key, value);
}
