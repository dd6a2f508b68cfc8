//! Lists that go across applications, and what waits for an endpoint.

use std::collections::BTreeMap;

use klingel_model::{
    AppId, Application, Attempt, Delivery, Endpoint, EndpointId, EnvironmentId, Message, MessageId,
    MessageSeq, Micros, Trigger, Uid,
};
use klingel_store::{
    AttemptFilter, AttemptPlace, Backlog, EndpointFilter, EndpointMarks, EnvironmentBacklog, MessageFilter,
    Overview, Owed, OwedPlace, Page, Scan, Verb,
};

use super::reader::{list, passes_message};
use super::{MemoryStore, State};

impl Overview for MemoryStore {
    fn endpoints_of_environment(
        &self,
        environment_id: EnvironmentId,
        page: Page<EndpointId>,
        filter: EndpointFilter,
    ) -> Verb<'_, Scan<(Application, Endpoint), EndpointId>> {
        self.verb(move |state| {
            Ok(list(&state.endpoints, &page, |_, endpoint| {
                let application = state.application_inside(environment_id, endpoint.app_id)?;
                passes_endpoint(endpoint, &filter).then(|| (application.clone(), endpoint.clone()))
            }))
        })
    }

    fn messages_of_environment(
        &self,
        environment_id: EnvironmentId,
        page: Page<MessageSeq>,
        filter: MessageFilter,
    ) -> Verb<'_, Scan<(MessageSeq, Message), MessageSeq>> {
        self.verb(move |state| {
            Ok(list(&state.messages, &page, |seq, known| {
                state.application_inside(environment_id, known.app_id)?;
                passes_message(known, &filter).then(|| {
                    let payload = known.payload.clone().filter(|_| filter.with_payload);
                    (*seq, Message { payload, ..Message::clone(known) })
                })
            }))
        })
    }

    fn message_of_environment(
        &self,
        environment_id: EnvironmentId,
        id: MessageId,
    ) -> Verb<'_, Option<Message>> {
        self.verb(move |state| {
            let mut inside = state.messages.values().filter(|known| {
                known.id == id && state.application_inside(environment_id, known.app_id).is_some()
            });
            Ok(inside.next().map(|known| Message::clone(known)))
        })
    }

    fn attempts_of_environment(
        &self,
        environment_id: EnvironmentId,
        app_id: Option<AppId>,
        page: Page<AttemptPlace>,
        filter: AttemptFilter,
    ) -> Verb<'_, Scan<Attempt, AttemptPlace>> {
        self.verb(move |state| {
            let inside = |attempt: &&Attempt| {
                app_id.is_none_or(|wanted| attempt.app_id == wanted)
                    && state.application_inside(environment_id, attempt.app_id).is_some()
                    && state.live_endpoint(attempt.app_id, attempt.endpoint_id).is_some()
            };
            // By attempt: the message is left out of the key.
            let place = |(message_id, id)| {
                if filter.goes_by_attempt() { (MessageId::from_u128(0), id) } else { (message_id, id) }
            };
            let rows = state.attempts.values().filter(inside);
            let rows: BTreeMap<_, _> = rows.map(|a| (place((a.message_id, a.id)), a)).collect();
            let by_place = Page { limit: page.limit, after: page.after.map(place), order: page.order };
            let found = list(&rows, &by_place, |_, attempt| {
                state.passes_attempt(attempt, &filter).then(|| (*attempt).clone())
            });
            let full = |key: AttemptPlace| rows.get(&key).map(|a| (a.message_id, a.id));
            Ok(Scan { items: found.items, resume: found.resume.and_then(full) })
        })
    }

    fn waiting_of(&self, endpoint_id: EndpointId, count_max: u64) -> Verb<'_, Backlog> {
        self.verb(move |state| {
            let count = state.owed(endpoint_id).count() as u64;
            let due = |delivery: &Delivery| delivery.due_at.unwrap_or(state.accepted_at(delivery));
            Ok(Backlog {
                waiting: count.min(count_max),
                more: count > count_max,
                oldest_due: state.owed(endpoint_id).map(due).min(),
            })
        })
    }

    fn waiting_in(&self, environment_id: EnvironmentId, count_max: u64) -> Verb<'_, EnvironmentBacklog> {
        self.verb(move |state| {
            let inside = state
                .endpoints
                .values()
                .filter(|endpoint| state.application_inside(environment_id, endpoint.app_id).is_some());
            let owed: Vec<_> = inside.flat_map(|endpoint| state.owed(endpoint.id)).collect();
            let due = |delivery: &&Delivery| delivery.due_at.unwrap_or(state.accepted_at(delivery));
            let counted = owed.iter().take(usize::try_from(count_max).unwrap_or(usize::MAX));
            let retries = counted.clone().filter(|delivery| delivery.due_at.is_some()).count() as u64;
            Ok(EnvironmentBacklog {
                first_attempts: counted.count() as u64 - retries,
                retries,
                more: owed.len() as u64 > count_max,
                oldest_due: owed.iter().map(due).min(),
            })
        })
    }

    fn waiting(&self, endpoint_id: EndpointId, page: Page<OwedPlace>) -> Verb<'_, Scan<Owed, OwedPlace>> {
        self.verb(move |state| {
            let rows: BTreeMap<(MessageSeq, Trigger), &Delivery> =
                state.owed(endpoint_id).map(|d| ((d.key.message_seq, d.key.trigger), d)).collect();
            Ok(list(&rows, &page, |_, delivery| {
                let message = state.messages.get(&delivery.key.message_seq)?;
                Some(Owed {
                    delivery: **delivery,
                    message_id: message.id,
                    event_type: message.event_type.clone(),
                    accepted_at: message.created_at,
                })
            }))
        })
    }
}

impl State {
    /// The application with this id, if it lives in this environment.
    fn application_inside(&self, environment_id: EnvironmentId, id: AppId) -> Option<&Application> {
        self.applications.get(&id).filter(|application| application.environment_id == environment_id)
    }

    fn accepted_at(&self, delivery: &Delivery) -> Micros {
        self.messages.get(&delivery.key.message_seq).expect("a delivery keeps its message").created_at
    }
}

fn passes_endpoint(endpoint: &Endpoint, filter: &EndpointFilter) -> bool {
    filter.passes(&EndpointMarks {
        app_id: endpoint.app_id,
        state: endpoint.state(),
        url: &endpoint.url,
        description: &endpoint.description,
        uid: endpoint.uid.as_ref().map(Uid::as_str),
    })
}
