//! Lists that go across applications, and what waits for an endpoint.
//!
//! Rows of other environments are looked at and passed over one by one, so that they count towards the rows that a page
//! may look at: a condition in SQL would let a page walk over all of them.

mod attempts;
mod depth;
mod endpoints;
mod messages;
mod waiting;

use klingel_model::{
    AppId, Application, Attempt, Endpoint, EndpointId, EnvironmentId, Message, MessageId, MessageSeq,
};
use klingel_store::{
    AttemptFilter, AttemptPlace, Backlog, EndpointFilter, EnvironmentBacklog, MessageFilter, Overview, Owed,
    OwedPlace, Page, Scan, Verb,
};

use crate::store::SqliteStore;

impl Overview for SqliteStore {
    fn endpoints_of_environment(
        &self,
        environment_id: EnvironmentId,
        page: Page<EndpointId>,
        filter: EndpointFilter,
    ) -> Verb<'_, Scan<(Application, Endpoint), EndpointId>> {
        let sealer = self.sealer.clone();
        self.read(move |db| endpoints::list(db, &sealer, environment_id, &page, &filter))
    }

    fn messages_of_environment(
        &self,
        environment_id: EnvironmentId,
        page: Page<MessageSeq>,
        filter: MessageFilter,
    ) -> Verb<'_, Scan<(MessageSeq, Message), MessageSeq>> {
        self.read(move |db| messages::list(db, environment_id, &page, &filter))
    }

    fn message_of_environment(
        &self,
        environment_id: EnvironmentId,
        id: MessageId,
    ) -> Verb<'_, Option<Message>> {
        self.read(move |db| messages::one(db, environment_id, id))
    }

    fn attempts_of_environment(
        &self,
        environment_id: EnvironmentId,
        app_id: Option<AppId>,
        page: Page<AttemptPlace>,
        filter: AttemptFilter,
    ) -> Verb<'_, Scan<Attempt, AttemptPlace>> {
        self.read(move |db| attempts::list(db, environment_id, app_id, &page, &filter))
    }

    fn waiting_of(&self, endpoint_id: EndpointId, count_max: u64) -> Verb<'_, Backlog> {
        self.read(move |db| waiting::count(db, endpoint_id, count_max))
    }

    fn waiting_in(&self, environment_id: EnvironmentId, count_max: u64) -> Verb<'_, EnvironmentBacklog> {
        self.read(move |db| depth::of(db, environment_id, count_max))
    }

    fn waiting(&self, endpoint_id: EndpointId, page: Page<OwedPlace>) -> Verb<'_, Scan<Owed, OwedPlace>> {
        self.read(move |db| waiting::list(db, endpoint_id, &page))
    }
}

#[cfg(test)]
mod plans;
