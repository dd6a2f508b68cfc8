//! Keeps answers of name servers for a bounded time, and lets one look-up answer everybody who waits for it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, timeout};

use super::{Resolve, ResolveError};
use crate::config::ClientConfig;

type Outcome = Result<Arc<[IpAddr]>, ResolveError>;

struct Kept {
    outcome: Outcome,
    until: Instant,
}

/// One name. Who holds the lock looks it up; who waits for the lock finds the outcome.
#[derive(Default)]
struct Slot {
    kept: Mutex<Option<Kept>>,
}

pub(crate) struct Cache {
    resolver: Arc<dyn Resolve>,
    slots: SyncMutex<HashMap<String, Arc<Slot>>>,
    lookups: Semaphore,
    timeout: Duration,
    ttl_min: Duration,
    ttl_max: Duration,
    negative_ttl: Duration,
    names_max: usize,
}

impl Cache {
    pub(crate) fn new(resolver: Arc<dyn Resolve>, config: &ClientConfig) -> Self {
        Self {
            resolver,
            slots: SyncMutex::default(),
            lookups: Semaphore::new(config.dns_lookups_max),
            timeout: config.dns_timeout,
            ttl_min: config.dns_ttl_min,
            ttl_max: config.dns_ttl_max,
            negative_ttl: config.dns_negative_ttl,
            names_max: config.dns_names_max,
        }
    }

    pub(crate) async fn look_up(&self, name: &str) -> Outcome {
        let slot = self.slot(name);
        let mut kept = slot.kept.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| Instant::now() < kept.until) {
            return kept.outcome.clone();
        }
        let (outcome, ttl) = self.ask(name).await;
        *kept = Some(Kept { outcome: outcome.clone(), until: Instant::now() + ttl });
        outcome
    }

    async fn ask(&self, name: &str) -> (Outcome, Duration) {
        let asking = async {
            let _permit = self.lookups.acquire().await.expect("the semaphore is never closed");
            self.resolver.resolve(name).await
        };
        match timeout(self.timeout, asking).await {
            Ok(Ok(found)) if !found.addresses.is_empty() => {
                (Ok(found.addresses.into()), found.ttl.clamp(self.ttl_min, self.ttl_max))
            }
            Ok(Ok(_) | Err(ResolveError::NoAddress)) => (Err(ResolveError::NoAddress), self.negative_ttl),
            Ok(Err(ResolveError::Unavailable)) | Err(_) => {
                (Err(ResolveError::Unavailable), self.negative_ttl)
            }
        }
    }

    fn slot(&self, name: &str) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(name) {
            return Arc::clone(slot);
        }
        if slots.len() >= self.names_max {
            let now = Instant::now();
            slots.retain(|_, slot| slot.is_needed(now));
        }
        let slot = Arc::new(Slot::default());
        // With nothing but fresh names the newcomer goes without being remembered, so the map cannot grow.
        if slots.len() < self.names_max {
            slots.insert(name.to_owned(), Arc::clone(&slot));
        }
        slot
    }
}

impl Slot {
    fn is_needed(&self, now: Instant) -> bool {
        match self.kept.try_lock() {
            Ok(kept) => kept.as_ref().is_some_and(|kept| now < kept.until),
            // Somebody is looking it up.
            Err(_) => true,
        }
    }
}

#[cfg(test)]
mod tests;
