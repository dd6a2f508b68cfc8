//! Unsettled deliveries.

use std::sync::Arc;
use std::time::Duration;

use klingel_model::{
    AppId, Delivery, DeliveryKey, EndpointHealth, EndpointId, MessageId, MessageSeq, Micros, Trigger,
};
use klingel_store::{Error, HealthChange, LaneHead, Outcome, Queue, Settlement, Verb, Waiting, WaitingPage};

use super::{MemoryStore, State};

impl Queue for MemoryStore {
    fn lanes(&self, after: Option<EndpointId>, limit: usize) -> Verb<'_, Vec<LaneHead>> {
        self.verb(move |state| {
            let ids = state.endpoints.keys().filter(|id| after.is_none_or(|after| **id > after));
            Ok(ids.filter_map(|id| state.lane(*id)).take(limit).collect())
        })
    }

    fn first_attempts(
        &self,
        endpoint_id: EndpointId,
        after: MessageSeq,
        limit: usize,
    ) -> Verb<'_, Vec<Waiting>> {
        self.verb(move |state| {
            let wanted = |delivery: &&Delivery| delivery.due_at.is_none() && delivery.key.message_seq > after;
            Ok(state.owed(endpoint_id).filter(wanted).take(limit).map(|d| state.waiting(d)).collect())
        })
    }

    fn due(&self, endpoint_id: EndpointId, until: Micros, limit: usize) -> Verb<'_, WaitingPage> {
        self.verb(move |state| {
            let mut due: Vec<(Micros, &Delivery)> =
                state.owed(endpoint_id).filter_map(|d| Some((d.due_at?, d))).collect();
            due.sort_by_key(|(at, d)| (*at, d.key.trigger, d.key.message_seq));
            let taken = due.iter().take(limit).take_while(|(at, _)| *at <= until).count();
            Ok(WaitingPage {
                work: due[..taken].iter().map(|(_, d)| state.waiting(d)).collect(),
                next_due: due.get(taken).map(|(at, _)| *at),
            })
        })
    }

    fn settle(&self, settlements: Arc<Vec<Settlement>>) -> Verb<'_, ()> {
        self.verb(move |state| {
            for settlement in Arc::unwrap_or_clone(settlements) {
                state.settle(settlement);
            }
            Ok(())
        })
    }

    fn resend(
        &self,
        app_id: AppId,
        message_id: MessageId,
        endpoint_id: EndpointId,
        due_at: Micros,
    ) -> Verb<'_, ()> {
        self.verb(move |state| {
            let (message_seq, _) = state.live_message(app_id, message_id).ok_or(Error::Gone)?;
            state.live_endpoint(app_id, endpoint_id).ok_or(Error::Gone)?;
            let key = DeliveryKey { endpoint_id, message_seq, trigger: Trigger::Manual };
            state.deliveries.entry(key).or_insert(Delivery { key, attempts: 0, due_at: Some(due_at) });
            state.canceled.remove(&(message_seq, endpoint_id));
            Ok(())
        })
    }
}

impl State {
    /// Deliveries of an endpoint that lives, by message.
    pub(super) fn owed(&self, id: EndpointId) -> impl Iterator<Item = &Delivery> {
        let first =
            DeliveryKey { endpoint_id: id, message_seq: MessageSeq(i64::MIN), trigger: Trigger::Schedule };
        let last =
            DeliveryKey { endpoint_id: id, message_seq: MessageSeq(i64::MAX), trigger: Trigger::Manual };
        let lives = self.endpoints.contains_key(&id);
        self.deliveries.range(first..=last).map(|(_, delivery)| delivery).filter(move |_| lives)
    }

    fn lane(&self, endpoint_id: EndpointId) -> Option<LaneHead> {
        self.owed(endpoint_id).next()?;
        Some(LaneHead {
            endpoint_id,
            first_attempts: self.owed(endpoint_id).any(|d| d.due_at.is_none()),
            next_due: self.owed(endpoint_id).filter_map(|d| d.due_at).min(),
        })
    }

    fn waiting(&self, delivery: &Delivery) -> Waiting {
        let message = self.messages.get(&delivery.key.message_seq).expect("a delivery keeps its message");
        Waiting { delivery: *delivery, message: Arc::clone(message) }
    }

    fn settle(&mut self, settlement: Settlement) {
        let Settlement { key, attempt, outcome, health } = settlement;
        let number = attempt.as_ref().map(|attempt| attempt.number);
        if let Some(attempt) = attempt
            && self.messages.contains_key(&key.message_seq)
        {
            self.attempts.entry((attempt.message_id, attempt.id)).or_insert(attempt);
        }
        let Some(delivery) = self.deliveries.get_mut(&key) else { return };
        match outcome {
            Outcome::Retry(at) => {
                delivery.due_at = Some(at);
                delivery.attempts = number.unwrap_or(delivery.attempts);
            }
            Outcome::Delivered | Outcome::GivenUp | Outcome::Dropped => {
                self.deliveries.remove(&key);
            }
        }
        if outcome == Outcome::Delivered && key.trigger == Trigger::Manual {
            self.deliveries.remove(&DeliveryKey { trigger: Trigger::Schedule, ..key });
        }
        if let Some(change) = health {
            self.change_health(key.endpoint_id, change);
        }
    }

    fn change_health(&mut self, id: EndpointId, change: HealthChange) {
        let Some(endpoint) = self.endpoints.get_mut(&id) else { return };
        match change {
            HealthChange::FailingSince(at) => endpoint.health.failing_since = Some(at),
            HealthChange::Recovered => endpoint.health.failing_since = None,
            HealthChange::Disabled { failing_since, at, reason } => {
                endpoint.disabled = true;
                endpoint.updated_at = at.max(endpoint.updated_at.plus(Duration::from_micros(1)));
                endpoint.health = EndpointHealth {
                    failing_since: Some(failing_since),
                    disabled_at: Some(at),
                    disabled_reason: Some(reason),
                };
            }
        }
    }
}
