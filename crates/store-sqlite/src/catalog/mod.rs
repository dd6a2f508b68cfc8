//! Who wants what: every verb checks first and writes then, so that a refusal leaves nothing behind.

mod applications;
mod endpoints;
mod environments;
mod event_types;
mod messages;

use klingel_model::{
    ApiKey, ApiKeyId, AppId, Application, AttemptId, Endpoint, EndpointId, Environment, EnvironmentId,
    EventType, EventTypeName, MessageId, Micros,
};
use klingel_store::{Answer, Catalog, Once, OnceKey, Verb, Written};

use crate::inbox::Haste;
use crate::job::Class;
use crate::rows::endpoint::Sealed;
use crate::rows::{count_at, once};
use crate::store::SqliteStore;

impl Catalog for SqliteStore {
    fn ensure_environment(&self, environment: Environment) -> Verb<'_, Environment> {
        self.write(Class::Changes, 1, move |db, _| environments::ensure(db, &environment))
    }

    fn add_key(&self, key: ApiKey) -> Verb<'_, ()> {
        self.write(Class::Changes, 1, move |db, _| environments::add_key(db, &key))
    }

    fn revoke_key(&self, id: ApiKeyId, at: Micros) -> Verb<'_, bool> {
        self.write(Class::Changes, 1, move |db, _| environments::revoke_key(db, id, at))
    }

    fn add_application(&self, application: Application, once: Option<Once>) -> Verb<'_, Written> {
        self.write(Class::Changes, 2, move |db, _| {
            once::run(db, once.as_ref(), || applications::add(db, &application))
        })
    }

    fn replace_application(&self, application: Application, expected: Micros) -> Verb<'_, ()> {
        self.write(Class::Changes, 1, move |db, _| applications::replace(db, &application, expected))
    }

    fn delete_application(&self, id: AppId) -> Verb<'_, ()> {
        self.write_at_desk(Haste::Urgent, Class::Settles, 1, move |desk| {
            desk.living.forget();
            applications::delete(desk.db, id)
        })
    }

    fn add_event_type(&self, event_type: EventType, once: Option<Once>) -> Verb<'_, Written> {
        self.write(Class::Changes, 2, move |db, _| {
            once::run(db, once.as_ref(), || event_types::add(db, &event_type))
        })
    }

    fn replace_event_type(&self, event_type: EventType, expected: Micros) -> Verb<'_, ()> {
        self.write(Class::Changes, 1, move |db, _| event_types::replace(db, &event_type, expected))
    }

    fn delete_event_type(&self, environment_id: EnvironmentId, name: EventTypeName) -> Verb<'_, ()> {
        self.write(Class::Settles, 1, move |db, _| event_types::delete(db, environment_id, &name))
    }

    fn add_endpoint(&self, endpoint: Endpoint, endpoints_max: u64, once: Option<Once>) -> Verb<'_, Written> {
        let sealed = Sealed::new(endpoint, &self.sealer, &*self.dice);
        self.write(Class::Changes, 2, move |db, _| {
            once::run(db, once.as_ref(), || endpoints::add(db, &sealed, endpoints_max))
        })
    }

    fn replace_endpoint(
        &self,
        endpoint: Endpoint,
        expected: Micros,
        once: Option<Once>,
    ) -> Verb<'_, Written> {
        let mut sealed = Sealed::new(endpoint, &self.sealer, &*self.dice);
        self.write(Class::Changes, 2, move |db, _| {
            once::run(db, once.as_ref(), || endpoints::replace(db, &mut sealed, expected))
        })
    }

    fn delete_endpoint(&self, app_id: AppId, id: EndpointId) -> Verb<'_, ()> {
        self.write_at_desk(Haste::Urgent, Class::Settles, 1, move |desk| {
            desk.living.forget();
            endpoints::delete(desk.db, app_id, id)
        })
    }

    fn expunge_payload(&self, app_id: AppId, id: MessageId) -> Verb<'_, ()> {
        self.write(Class::Settles, 1, move |db, _| messages::expunge_payload(db, app_id, id))
    }

    fn expunge_answer(&self, app_id: AppId, message_id: MessageId, id: AttemptId) -> Verb<'_, ()> {
        self.write(Class::Settles, 1, move |db, _| messages::expunge_answer(db, app_id, message_id, id))
    }

    fn answer_of(&self, key: OnceKey) -> Verb<'_, Option<Answer>> {
        self.read(move |db| Ok(once::find(db, &key)?.and_then(|kept| kept.answer)))
    }

    fn keep_answer(&self, once: Once) -> Verb<'_, Written> {
        self.write(Class::Changes, 1, move |db, _| once::run(db, Some(&once), || Ok(())))
    }

    fn changed_elsewhere(&self) -> Verb<'_, u64> {
        // Asked on the writer's connection: there the number passes over what this process writes.
        self.write(Class::Changes, 0, |db, _| {
            Ok(db.prepare_cached("PRAGMA data_version")?.query_row([], |row| count_at(row, 0))?)
        })
    }
}
