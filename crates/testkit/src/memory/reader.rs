//! Everything that is shown.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Bound;

use klingel_model::{
    ApiKey, ApiKeyId, AppId, Application, Attempt, AttemptId, AttemptStatus, Delivery, DeliveryKey,
    DeliveryState, Endpoint, EndpointId, Environment, EnvironmentId, EventType, EventTypeName, KeyDigest,
    Message, MessageId, MessageSeq, Trigger,
};
use klingel_store::{
    AppRef, AttemptFilter, Destination, EndpointRef, MessageFilter, MessageRef, Order, Page, QueueDepth,
    Reader, Scan, Verb,
};

use super::{MemoryStore, State};

impl Reader for MemoryStore {
    fn environment_by_name<'a>(&'a self, name: &'a str) -> Verb<'a, Option<Environment>> {
        self.verb(move |state| Ok(state.environments.values().find(|known| known.name == name).cloned()))
    }

    fn environments(&self, page: Page<EnvironmentId>) -> Verb<'_, Scan<Environment, EnvironmentId>> {
        self.verb(move |state| Ok(list(&state.environments, &page, |_, row| Some(row.clone()))))
    }

    fn key_by_digest(&self, digest: KeyDigest) -> Verb<'_, Option<ApiKey>> {
        self.verb(move |state| Ok(state.keys.values().find(|key| key.digest == digest).cloned()))
    }

    fn keys(&self, environment_id: EnvironmentId, page: Page<ApiKeyId>) -> Verb<'_, Scan<ApiKey, ApiKeyId>> {
        self.verb(move |state| {
            let keys = state.keys.iter().filter(|(_, key)| key.environment_id == environment_id);
            let keys: BTreeMap<_, _> = keys.map(|(id, key)| (*id, key)).collect();
            Ok(list(&keys, &page, |_, key| Some((*key).clone())))
        })
    }

    fn application(&self, environment_id: EnvironmentId, app: AppRef) -> Verb<'_, Option<Application>> {
        self.verb(move |state| {
            let mut inside =
                state.applications.values().filter(|known| known.environment_id == environment_id);
            Ok(inside
                .find(|known| match &app {
                    AppRef::Id(id) => known.id == *id,
                    AppRef::Uid(uid) => known.uid.as_ref() == Some(uid),
                })
                .cloned())
        })
    }

    fn application_by_id(&self, id: AppId) -> Verb<'_, Option<Application>> {
        self.verb(move |state| Ok(state.applications.get(&id).cloned()))
    }

    fn applications(
        &self,
        environment_id: EnvironmentId,
        page: Page<AppId>,
    ) -> Verb<'_, Scan<Application, AppId>> {
        self.verb(move |state| {
            let inside =
                state.applications.iter().filter(|(_, known)| known.environment_id == environment_id);
            let inside: BTreeMap<_, _> = inside.map(|(id, known)| (*id, known)).collect();
            Ok(list(&inside, &page, |_, known| Some((*known).clone())))
        })
    }

    fn event_type(&self, environment_id: EnvironmentId, name: EventTypeName) -> Verb<'_, Option<EventType>> {
        self.verb(move |state| Ok(state.event_types.get(&(environment_id, name)).cloned()))
    }

    fn event_types(
        &self,
        environment_id: EnvironmentId,
        page: Page<EventTypeName>,
        include_archived: bool,
    ) -> Verb<'_, Scan<EventType, EventTypeName>> {
        self.verb(move |state| {
            let inside = state.event_types.iter().filter(|(key, _)| key.0 == environment_id);
            let inside: BTreeMap<_, _> = inside.map(|(key, known)| (key.1.clone(), known)).collect();
            Ok(list(&inside, &page, |_, known| {
                (include_archived || !known.archived).then(|| (*known).clone())
            }))
        })
    }

    fn endpoint(&self, app_id: AppId, endpoint: EndpointRef) -> Verb<'_, Option<Endpoint>> {
        self.verb(move |state| {
            let mut inside = state.endpoints.values().filter(|known| known.app_id == app_id);
            Ok(inside
                .find(|known| match &endpoint {
                    EndpointRef::Id(id) => known.id == *id,
                    EndpointRef::Uid(uid) => known.uid.as_ref() == Some(uid),
                })
                .cloned())
        })
    }

    fn endpoint_by_id(&self, id: EndpointId) -> Verb<'_, Option<Endpoint>> {
        self.verb(move |state| Ok(state.endpoints.get(&id).cloned()))
    }

    fn endpoints(&self, app_id: AppId, page: Page<EndpointId>) -> Verb<'_, Scan<Endpoint, EndpointId>> {
        self.verb(move |state| {
            let inside = state.endpoints.iter().filter(|(_, known)| known.app_id == app_id);
            let inside: BTreeMap<_, _> = inside.map(|(id, known)| (*id, known)).collect();
            Ok(list(&inside, &page, |_, known| Some((*known).clone())))
        })
    }

    fn message(&self, app_id: AppId, message: MessageRef) -> Verb<'_, Option<Message>> {
        self.verb(move |state| {
            if !state.applications.contains_key(&app_id) {
                return Ok(None);
            }
            let mut inside = state.messages.values().filter(|known| known.app_id == app_id);
            Ok(inside
                .find(|known| match &message {
                    MessageRef::Id(id) => known.id == *id,
                    MessageRef::EventId(event_id) => known.event_id.as_ref() == Some(event_id),
                })
                .map(|known| Message::clone(known)))
        })
    }

    fn messages(
        &self,
        app_id: AppId,
        page: Page<MessageId>,
        filter: MessageFilter,
    ) -> Verb<'_, Scan<Message, MessageId>> {
        self.verb(move |state| {
            let lives = state.applications.contains_key(&app_id);
            let inside = state.messages.values().filter(|known| lives && known.app_id == app_id);
            let inside: BTreeMap<_, _> = inside.map(|known| (known.id, known)).collect();
            Ok(list(&inside, &page, |_, known| {
                passes_message(known, &filter).then(|| {
                    let payload = known.payload.clone().filter(|_| filter.with_payload);
                    Message { payload, ..Message::clone(known) }
                })
            }))
        })
    }

    fn attempts_of_message(
        &self,
        app_id: AppId,
        message_id: MessageId,
        page: Page<AttemptId>,
        filter: AttemptFilter,
    ) -> Verb<'_, Scan<Attempt, AttemptId>> {
        self.verb(move |state| {
            let lives = state.live_message(app_id, message_id).is_some();
            Ok(state.attempts(&page, &filter, |attempt| lives && attempt.message_id == message_id))
        })
    }

    fn attempts_of_endpoint(
        &self,
        app_id: AppId,
        endpoint_id: EndpointId,
        page: Page<AttemptId>,
        filter: AttemptFilter,
    ) -> Verb<'_, Scan<Attempt, AttemptId>> {
        self.verb(move |state| {
            let lives = state.live_endpoint(app_id, endpoint_id).is_some();
            Ok(state.attempts(&page, &filter, |attempt| lives && attempt.endpoint_id == endpoint_id))
        })
    }

    fn attempt(&self, app_id: AppId, message_id: MessageId, id: AttemptId) -> Verb<'_, Option<Attempt>> {
        self.verb(move |state| {
            let lives = state.live_message(app_id, message_id).is_some();
            Ok(state.attempts.get(&(message_id, id)).filter(|_| lives).cloned())
        })
    }

    fn destinations(
        &self,
        app_id: AppId,
        message_id: MessageId,
        page: Page<EndpointId>,
    ) -> Verb<'_, Scan<Destination, EndpointId>> {
        self.verb(move |state| {
            let Some((seq, _)) = state.live_message(app_id, message_id) else {
                return Ok(Scan { items: Vec::new(), resume: None });
            };
            let inside = state.endpoints.iter().filter(|(_, known)| known.app_id == app_id);
            let inside: BTreeMap<_, _> = inside.map(|(id, known)| (*id, known)).collect();
            Ok(list(&inside, &page, |id, known| {
                let state = state.delivery_state(message_id, seq, *id)?;
                Some(Destination { endpoint: (*known).clone(), state })
            }))
        })
    }

    fn depth(&self) -> Verb<'_, QueueDepth> {
        self.verb(|state| {
            let retries: Vec<_> = state.deliveries.values().filter_map(|d| d.due_at).collect();
            Ok(QueueDepth {
                first_attempts: (state.deliveries.len() - retries.len()) as u64,
                retries: retries.len() as u64,
                oldest_due: retries.into_iter().min(),
            })
        })
    }
}

impl State {
    fn attempts(
        &self,
        page: &Page<AttemptId>,
        filter: &AttemptFilter,
        inside: impl Fn(&Attempt) -> bool,
    ) -> Scan<Attempt, AttemptId> {
        let rows = self.attempts.values().filter(|attempt| inside(attempt));
        let rows: BTreeMap<_, _> = rows.map(|attempt| (attempt.id, attempt)).collect();
        list(&rows, page, |_, attempt| self.passes_attempt(attempt, filter).then(|| (*attempt).clone()))
    }

    pub(super) fn passes_attempt(&self, attempt: &Attempt, filter: &AttemptFilter) -> bool {
        let of_message = MessageFilter {
            event_types: filter.event_types.clone(),
            channel: filter.channel.clone(),
            ..MessageFilter::default()
        };
        filter.status.is_none_or(|status| attempt.status == status)
            && filter.status_class.is_none_or(|class| attempt.response_status / 100 * 100 == class)
            && filter.endpoint_id.is_none_or(|id| attempt.endpoint_id == id)
            && filter.before.is_none_or(|before| attempt.started_at < before)
            && filter.after.is_none_or(|after| attempt.started_at > after)
            && self
                .live_message(attempt.app_id, attempt.message_id)
                .is_some_and(|(_, message)| passes_message(message, &of_message))
    }

    /// How a message stands with an endpoint; `None` if it neither was nor is to be delivered to it.
    fn delivery_state(
        &self,
        message_id: MessageId,
        message_seq: MessageSeq,
        endpoint_id: EndpointId,
    ) -> Option<DeliveryState> {
        let mut attempts = self.attempts.values().filter(|a| a.message_id == message_id);
        let last = attempts.rfind(|a| a.endpoint_id == endpoint_id).map(|attempt| attempt.status);
        let owed: Vec<&Delivery> = [Trigger::Schedule, Trigger::Manual]
            .into_iter()
            .filter_map(|trigger| self.deliveries.get(&DeliveryKey { endpoint_id, message_seq, trigger }))
            .collect();
        let next_due = owed.iter().filter_map(|delivery| delivery.due_at).min();
        match (last, next_due) {
            (Some(AttemptStatus::Success), _) => Some(DeliveryState::Delivered),
            (Some(AttemptStatus::Fail), Some(due)) => Some(DeliveryState::Retrying(due)),
            _ if !owed.is_empty() => Some(DeliveryState::Waiting),
            _ if self.canceled.contains(&(message_seq, endpoint_id)) => Some(DeliveryState::Canceled),
            (Some(AttemptStatus::Fail), None) => Some(DeliveryState::Failed),
            (None, _) => None,
        }
    }
}

pub(super) fn passes_message(message: &Message, filter: &MessageFilter) -> bool {
    filter.event_types.as_ref().is_none_or(|wanted| wanted.contains(&message.event_type))
        && filter.channel.as_ref().is_none_or(|wanted| message.channels.contains(wanted))
        && filter.before.is_none_or(|before| message.created_at < before)
        && filter.after.is_none_or(|after| message.created_at > after)
}

/// One page of a map, in the page's direction; `show` gives `None` for what a filter holds back.
pub(super) fn list<K: Ord + Clone, V, T>(
    rows: &BTreeMap<K, V>,
    page: &Page<K>,
    show: impl Fn(&K, &V) -> Option<T>,
) -> Scan<T, K> {
    let cursor = page.after.clone().map_or(Bound::Unbounded, Bound::Excluded);
    let row = |(key, value): (&K, &V)| Ok::<_, Infallible>((key.clone(), show(key, value)));
    let scan = match page.order {
        Order::Ascending => Scan::collect(rows.range((cursor, Bound::Unbounded)).map(row), page.limit),
        Order::Descending => Scan::collect(rows.range((Bound::Unbounded, cursor)).rev().map(row), page.limit),
    };
    match scan {
        Ok(scan) => scan,
        Err(never) => match never {},
    }
}
