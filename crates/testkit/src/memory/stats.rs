//! Attempts added up by time.

use klingel_model::Micros;
use klingel_store::stats::{
    Resolution, STAT_DELTAS_MAX, STAT_SLOTS_MAX, Stat, StatDelta, StatOwner, Statistics,
};
use klingel_store::{Error, Verb};

use super::{MemoryStore, State};

impl Statistics for MemoryStore {
    fn add_stats(&self, deltas: Vec<StatDelta>) -> Verb<'_, ()> {
        self.verb(move |state| {
            if deltas.len() > STAT_DELTAS_MAX {
                return Err(Error::Limit("stat_deltas_max", STAT_DELTAS_MAX as u64));
            }
            for delta in deltas {
                let Some(app) = state.applications.get(&delta.app_id) else { continue };
                let environment = StatOwner::Environment(app.environment_id);
                let mut owners = vec![environment, StatOwner::Application(delta.app_id)];
                if state.live_endpoint(delta.app_id, delta.endpoint_id).is_some() {
                    owners.push(StatOwner::Endpoint(delta.endpoint_id));
                }
                for owner in owners {
                    for resolution in Resolution::ALL {
                        let slot = (owner, resolution, resolution.slot_of(delta.at));
                        state.stats.entry(slot).or_default().merge(&delta.stat);
                    }
                }
            }
            Ok(())
        })
    }

    fn stats(
        &self,
        owner: StatOwner,
        resolution: Resolution,
        from: Micros,
        until: Micros,
    ) -> Verb<'_, Vec<(Micros, Stat)>> {
        self.verb(move |state| {
            if !state.lives(owner) || until <= from {
                return Ok(Vec::new());
            }
            let slots = state.stats.range((owner, resolution, from)..(owner, resolution, until));
            let mut slots: Vec<_> =
                slots.rev().take(STAT_SLOTS_MAX).map(|(key, stat)| (key.2, *stat)).collect();
            slots.reverse();
            Ok(slots)
        })
    }

    fn retire_stats(&self, resolution: Resolution, before: Micros, limit: usize) -> Verb<'_, u64> {
        self.verb(move |state| {
            let is_old = |key: &&(StatOwner, Resolution, Micros)| key.1 == resolution && key.2 < before;
            let old: Vec<_> = state.stats.keys().filter(is_old).take(limit).copied().collect();
            for key in &old {
                state.stats.remove(key);
            }
            Ok(old.len() as u64)
        })
    }
}

impl State {
    fn lives(&self, owner: StatOwner) -> bool {
        match owner {
            StatOwner::Environment(id) => self.environments.contains_key(&id),
            StatOwner::Application(id) => self.applications.contains_key(&id),
            StatOwner::Endpoint(id) => self.endpoints.contains_key(&id),
        }
    }

    /// Forgets what was added up for an owner.
    pub(super) fn erase_stats(&mut self, owner: StatOwner) {
        self.stats.retain(|(of, ..), _| *of != owner);
    }
}
