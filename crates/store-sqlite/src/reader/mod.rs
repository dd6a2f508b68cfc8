//! Everything that is shown: lists by keyset, filtered lists bounded by the rows they look at.

mod attempts;
pub(crate) mod bounds;
mod catalog;
mod depth;
mod destinations;
mod messages;
mod overview;
pub(crate) mod places;
pub(crate) mod young;

use std::sync::Arc;

use klingel_model::{
    ApiKey, ApiKeyId, AppId, Application, Attempt, AttemptId, Endpoint, EndpointId, Environment,
    EnvironmentId, EventType, EventTypeName, KeyDigest, Message, MessageId,
};
use klingel_store::{
    AppRef, AttemptFilter, Destination, EndpointRef, MessageFilter, MessageRef, Page, QueueDepth, Reader,
    Scan, Verb,
};

use crate::store::SqliteStore;

impl Reader for SqliteStore {
    fn environment_by_name<'a>(&'a self, name: &'a str) -> Verb<'a, Option<Environment>> {
        let name = name.to_owned();
        self.read(move |db| catalog::environment_by_name(db, &name))
    }

    fn environments(&self, page: Page<EnvironmentId>) -> Verb<'_, Scan<Environment, EnvironmentId>> {
        self.read(move |db| catalog::environments(db, &page))
    }

    fn key_by_digest(&self, digest: KeyDigest) -> Verb<'_, Option<ApiKey>> {
        self.read(move |db| catalog::key_by_digest(db, digest))
    }

    fn keys(&self, environment_id: EnvironmentId, page: Page<ApiKeyId>) -> Verb<'_, Scan<ApiKey, ApiKeyId>> {
        self.read(move |db| catalog::keys(db, environment_id, &page))
    }

    fn application(&self, environment_id: EnvironmentId, app: AppRef) -> Verb<'_, Option<Application>> {
        self.read(move |db| catalog::application(db, environment_id, &app))
    }

    fn application_by_id(&self, id: AppId) -> Verb<'_, Option<Application>> {
        self.read(move |db| catalog::application_by_id(db, id))
    }

    fn applications(
        &self,
        environment_id: EnvironmentId,
        page: Page<AppId>,
    ) -> Verb<'_, Scan<Application, AppId>> {
        self.read(move |db| catalog::applications(db, environment_id, &page))
    }

    fn event_type(&self, environment_id: EnvironmentId, name: EventTypeName) -> Verb<'_, Option<EventType>> {
        self.read(move |db| catalog::event_type(db, environment_id, &name))
    }

    fn event_types(
        &self,
        environment_id: EnvironmentId,
        page: Page<EventTypeName>,
        include_archived: bool,
    ) -> Verb<'_, Scan<EventType, EventTypeName>> {
        self.read(move |db| catalog::event_types(db, environment_id, &page, include_archived))
    }

    fn endpoint(&self, app_id: AppId, endpoint: EndpointRef) -> Verb<'_, Option<Endpoint>> {
        let sealer = self.sealer.clone();
        self.read(move |db| catalog::endpoint(db, &sealer, app_id, &endpoint))
    }

    fn endpoint_by_id(&self, id: EndpointId) -> Verb<'_, Option<Endpoint>> {
        let sealer = self.sealer.clone();
        self.read(move |db| catalog::endpoint_by_id(db, &sealer, id))
    }

    fn endpoints(&self, app_id: AppId, page: Page<EndpointId>) -> Verb<'_, Scan<Endpoint, EndpointId>> {
        let sealer = self.sealer.clone();
        self.read(move |db| catalog::endpoints(db, &sealer, app_id, &page))
    }

    fn message(&self, app_id: AppId, message: MessageRef) -> Verb<'_, Option<Message>> {
        self.read(move |db| messages::one(db, app_id, &message))
    }

    fn messages(
        &self,
        app_id: AppId,
        page: Page<MessageId>,
        filter: MessageFilter,
    ) -> Verb<'_, Scan<Message, MessageId>> {
        self.read(move |db| messages::list(db, app_id, &page, &filter))
    }

    fn attempts_of_message(
        &self,
        app_id: AppId,
        message_id: MessageId,
        page: Page<AttemptId>,
        filter: AttemptFilter,
    ) -> Verb<'_, Scan<Attempt, AttemptId>> {
        self.read(move |db| attempts::of_message(db, app_id, message_id, &page, &filter))
    }

    fn attempts_of_endpoint(
        &self,
        app_id: AppId,
        endpoint_id: EndpointId,
        page: Page<AttemptId>,
        filter: AttemptFilter,
    ) -> Verb<'_, Scan<Attempt, AttemptId>> {
        self.read(move |db| attempts::of_endpoint(db, app_id, endpoint_id, &page, &filter))
    }

    fn attempt(&self, app_id: AppId, message_id: MessageId, id: AttemptId) -> Verb<'_, Option<Attempt>> {
        self.read(move |db| attempts::one(db, app_id, message_id, id))
    }

    fn destinations(
        &self,
        app_id: AppId,
        message_id: MessageId,
        page: Page<EndpointId>,
    ) -> Verb<'_, Scan<Destination, EndpointId>> {
        let sealer = self.sealer.clone();
        self.read(move |db| destinations::list(db, &sealer, app_id, message_id, &page))
    }

    fn depth(&self) -> Verb<'_, QueueDepth> {
        let counted = Arc::clone(&self.depth);
        self.read(move |db| depth::depth(db, &counted))
    }
}
