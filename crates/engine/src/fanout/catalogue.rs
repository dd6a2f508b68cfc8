//! The catalogue in memory: applications with their endpoints, read from the store when needed.
//!
//! Changes made through this process are seen at once ([`Catalogue::forget`]). Whether another process has changed
//! anything in the same store is asked every `catalogue_age_max`, in one question for all applications.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use foldhash::HashMap;
use klingel_model::{AppId, Application, EndpointId, EnvironmentId};
use klingel_store::page::{Order, Page};
use klingel_store::{AppRef, EndpointRef};

use super::Target;
use crate::World;
use crate::deliver::Dialect;
use crate::refusal::Refusal;

/// Applications that are kept in memory; the catalogue starts anew beyond it.
const APPLICATIONS_MAX: usize = 10_000;
/// However quiet the store is, an application is read anew after this long.
const ENTRY_AGE_MAX: Duration = Duration::from_mins(1);
/// Endpoints read in one call.
const ENDPOINTS_PAGE: usize = 250;

/// An application with everything that fan-out needs.
pub struct AppEntry {
    /// The application.
    pub application: Application,
    /// Its way.
    pub dialect: Arc<dyn Dialect>,
    /// Its endpoints, disabled ones included.
    pub targets: Vec<Arc<Target>>,
}

impl std::fmt::Debug for AppEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppEntry").field("id", &self.application.id).finish_non_exhaustive()
    }
}

/// Applications by environment and either name.
#[derive(Debug)]
pub struct Catalogue {
    world: Arc<World>,
    age_max: Duration,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    entries: HashMap<(EnvironmentId, AppRef), (Arc<AppEntry>, Duration)>,
    /// Counts what was forgotten, so that an entry read before a change is not kept after it.
    generation: u64,
    /// What the store said last of other processes' changes, and when it was asked.
    elsewhere: Option<u64>,
    asked_at: Option<Duration>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}

impl Catalogue {
    /// An empty catalogue.
    pub fn new(world: Arc<World>, age_max: Duration) -> Self {
        Self { world, age_max, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // A panic while the lock is held leaves a cache that is at worst incomplete.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The application and its endpoints. Errors: `NotFound`, `Unavailable`, `Internal`.
    pub async fn application(
        &self,
        environment_id: EnvironmentId,
        app: &AppRef,
    ) -> Result<Arc<AppEntry>, Refusal> {
        let now = self.world.clock.monotonic();
        self.notice_changes_elsewhere(now).await?;
        let key = (environment_id, app.clone());
        let generation = {
            let known = self.known();
            if let Some((entry, read_at)) = known.entries.get(&key)
                && now.saturating_sub(*read_at) <= ENTRY_AGE_MAX
            {
                return Ok(Arc::clone(entry));
            }
            known.generation
        };
        let entry = Arc::new(self.read(environment_id, app).await?);
        let mut known = self.known();
        if known.generation == generation {
            if known.entries.len() >= APPLICATIONS_MAX {
                known.entries.clear();
            }
            known.entries.insert(key, (Arc::clone(&entry), now));
        }
        Ok(entry)
    }

    /// Forgets everything when another process has changed the store. Only one caller asks; others go on with what
    /// they know until the answer is there.
    async fn notice_changes_elsewhere(&self, now: Duration) -> Result<(), Refusal> {
        {
            let mut known = self.known();
            if known.asked_at.is_some_and(|asked| now.saturating_sub(asked) <= self.age_max) {
                return Ok(());
            }
            known.asked_at = Some(now);
        }
        let told = self.world.store.changed_elsewhere().await;
        let mut known = self.known();
        if known.elsewhere != told.as_ref().ok().copied() {
            known.generation += 1;
            known.entries.clear();
        }
        match told {
            Ok(number) => {
                known.elsewhere = Some(number);
                Ok(())
            }
            Err(error) => {
                known.elsewhere = None;
                known.asked_at = None;
                Err(Refusal::of(error, "application"))
            }
        }
    }

    /// Forgets an application: it, its endpoints or its keys have changed.
    pub fn forget(&self, app_id: AppId) {
        let mut known = self.known();
        known.generation += 1;
        known.entries.retain(|_, (entry, _)| entry.application.id != app_id);
    }

    /// An endpoint as it is in the store now; `None` if it or its application is gone.
    pub async fn target(&self, endpoint_id: EndpointId) -> Result<Option<Arc<Target>>, Refusal> {
        let store = &self.world.store;
        let read = |error| Refusal::of(error, "endpoint");
        let Some(endpoint) = store.endpoint_by_id(endpoint_id).await.map_err(read)? else {
            return Ok(None);
        };
        let Some(application) = store.application_by_id(endpoint.app_id).await.map_err(read)? else {
            return Ok(None);
        };
        let dialect = self.dialect_of(&application)?;
        Ok(Some(Arc::new(Target::new(endpoint, application.rate_limit_per_s, dialect))))
    }

    /// The same, for an endpoint that is named with its application.
    pub async fn target_in(&self, app_id: AppId, endpoint: EndpointRef) -> Result<Arc<Target>, Refusal> {
        let found = self.world.store.endpoint(app_id, endpoint).await;
        let Some(endpoint) = found.map_err(|error| Refusal::of(error, "endpoint"))? else {
            return Err(Refusal::NotFound("endpoint"));
        };
        self.target(endpoint.id).await?.ok_or(Refusal::NotFound("endpoint"))
    }

    async fn read(&self, environment_id: EnvironmentId, app: &AppRef) -> Result<AppEntry, Refusal> {
        let store = &self.world.store;
        let found = store.application(environment_id, app.clone()).await;
        let Some(application) = found.map_err(|error| Refusal::of(error, "application"))? else {
            return Err(Refusal::NotFound("application"));
        };
        let dialect = self.dialect_of(&application)?;
        let mut targets = Vec::new();
        let mut page = Page { limit: ENDPOINTS_PAGE, after: None, order: Order::Ascending };
        // Bounded by `endpoints_per_application_max`, which the store enforces.
        loop {
            let part = store
                .endpoints(application.id, page.clone())
                .await
                .map_err(|error| Refusal::of(error, "endpoint"))?;
            targets.extend(part.items.into_iter().map(|endpoint| {
                Arc::new(Target::new(endpoint, application.rate_limit_per_s, Arc::clone(&dialect)))
            }));
            match part.resume {
                Some(after) => page.after = Some(after),
                None => return Ok(AppEntry { application, dialect, targets }),
            }
        }
    }

    fn dialect_of(&self, application: &Application) -> Result<Arc<dyn Dialect>, Refusal> {
        self.world.dialect(&application.dialect).cloned().ok_or_else(|| {
            Refusal::Internal(format!(
                "application {} has the dialect {:?}, which this version does not know",
                application.id, application.dialect
            ))
        })
    }
}
