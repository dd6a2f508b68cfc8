//! Who wants what.
//!
//! Every verb asks in the same order: idempotency key, existence, expected version, uniqueness, limit.

use std::sync::Arc;

use klingel_model::{
    ApiKey, ApiKeyId, AppId, Application, AttemptId, Endpoint, EndpointHealth, EndpointId, Environment,
    EnvironmentId, EventType, EventTypeName, Message, MessageId, Micros,
};
use klingel_store::{Answer, Catalog, Error, Once, OnceKey, Verb, Written};

use super::{KeptResult, MemoryStore, State};

impl Catalog for MemoryStore {
    fn ensure_environment(&self, environment: Environment) -> Verb<'_, Environment> {
        self.verb(|state| {
            if let Some(known) = state.environments.values().find(|known| known.name == environment.name) {
                return Ok(known.clone());
            }
            state.environments.insert(environment.id, environment.clone());
            Ok(environment)
        })
    }

    fn add_key(&self, key: ApiKey) -> Verb<'_, ()> {
        self.verb(|state| {
            state.keys.insert(key.id, key);
            Ok(())
        })
    }

    fn revoke_key(&self, id: ApiKeyId, at: Micros) -> Verb<'_, bool> {
        self.verb(move |state| match state.keys.get_mut(&id) {
            Some(key) if key.revoked_at.is_none() => {
                key.revoked_at = Some(at);
                Ok(true)
            }
            _ => Ok(false),
        })
    }

    fn add_application(&self, application: Application, once: Option<Once>) -> Verb<'_, Written> {
        self.verb(|state| {
            state.once(once, |state| {
                state.check_application_uid(&application)?;
                state.applications.insert(application.id, application);
                Ok(())
            })
        })
    }

    fn replace_application(&self, application: Application, expected: Micros) -> Verb<'_, ()> {
        self.verb(move |state| {
            let old = state.applications.get(&application.id).ok_or(Error::Gone)?;
            if old.environment_id != application.environment_id {
                return Err(Error::Gone);
            }
            if old.updated_at != expected {
                return Err(Error::Changed);
            }
            state.check_application_uid(&application)?;
            state.applications.insert(application.id, application);
            Ok(())
        })
    }

    fn delete_application(&self, id: AppId) -> Verb<'_, ()> {
        self.verb(move |state| {
            state.applications.remove(&id).ok_or(Error::Gone)?;
            state.erasing_applications.insert(id);
            state.replays.retain(|_, replay| replay.span.app_id != id);
            let endpoints = state.endpoints.extract_if(.., |_, endpoint| endpoint.app_id == id);
            state.erasing_endpoints.extend(endpoints.map(|(id, _)| id));
            state.end_passes(|pass| pass.scope.app_id() == Some(id));
            Ok(())
        })
    }

    fn add_event_type(&self, event_type: EventType, once: Option<Once>) -> Verb<'_, Written> {
        self.verb(|state| {
            state.once(once, |state| {
                let key = (event_type.environment_id, event_type.name.clone());
                if state.event_types.contains_key(&key) {
                    return Err(Error::Taken("name"));
                }
                state.event_types.insert(key, event_type);
                Ok(())
            })
        })
    }

    fn replace_event_type(&self, event_type: EventType, expected: Micros) -> Verb<'_, ()> {
        self.verb(move |state| {
            let (old_key, old) = state
                .event_types
                .iter()
                .find(|(key, old)| old.id == event_type.id && key.0 == event_type.environment_id)
                .ok_or(Error::Gone)?;
            if old.updated_at != expected {
                return Err(Error::Changed);
            }
            let (old_key, new_key) = (old_key.clone(), (event_type.environment_id, event_type.name.clone()));
            if new_key != old_key && state.event_types.contains_key(&new_key) {
                return Err(Error::Taken("name"));
            }
            state.event_types.remove(&old_key);
            state.event_types.insert(new_key, event_type);
            Ok(())
        })
    }

    fn delete_event_type(&self, environment_id: EnvironmentId, name: EventTypeName) -> Verb<'_, ()> {
        self.verb(move |state| {
            state.event_types.remove(&(environment_id, name)).map(|_| ()).ok_or(Error::Gone)
        })
    }

    fn add_endpoint(&self, endpoint: Endpoint, endpoints_max: u64, once: Option<Once>) -> Verb<'_, Written> {
        self.verb(move |state| {
            state.once(once, |state| {
                state.applications.get(&endpoint.app_id).ok_or(Error::Gone)?;
                state.check_endpoint_uid(&endpoint)?;
                let count = state.endpoints.values().filter(|other| other.app_id == endpoint.app_id).count();
                if count as u64 >= endpoints_max {
                    return Err(Error::Limit("endpoints_max", endpoints_max));
                }
                state.endpoints.insert(endpoint.id, endpoint);
                Ok(())
            })
        })
    }

    fn replace_endpoint(
        &self,
        mut endpoint: Endpoint,
        expected: Micros,
        once: Option<Once>,
    ) -> Verb<'_, Written> {
        self.verb(move |state| {
            state.once(once, |state| {
                let old = state.live_endpoint(endpoint.app_id, endpoint.id).ok_or(Error::Gone)?;
                if old.updated_at != expected {
                    return Err(Error::Changed);
                }
                endpoint.health = if old.disabled && !endpoint.disabled {
                    EndpointHealth::default()
                } else {
                    old.health.clone()
                };
                state.check_endpoint_uid(&endpoint)?;
                state.endpoints.insert(endpoint.id, endpoint);
                Ok(())
            })
        })
    }

    fn delete_endpoint(&self, app_id: AppId, id: EndpointId) -> Verb<'_, ()> {
        self.verb(move |state| {
            state.live_endpoint(app_id, id).ok_or(Error::Gone)?;
            state.endpoints.remove(&id);
            state.erasing_endpoints.insert(id);
            state.replays.retain(|_, replay| replay.span.endpoint_id != id);
            Ok(())
        })
    }

    fn expunge_payload(&self, app_id: AppId, id: MessageId) -> Verb<'_, ()> {
        self.verb(move |state| {
            let (seq, message) = state.live_message(app_id, id).ok_or(Error::Gone)?;
            let bare = Message { payload: None, payload_until: None, ..Message::clone(message) };
            state.messages.insert(seq, Arc::new(bare));
            Ok(())
        })
    }

    fn expunge_answer(&self, app_id: AppId, message_id: MessageId, id: AttemptId) -> Verb<'_, ()> {
        self.verb(move |state| {
            state.live_message(app_id, message_id).ok_or(Error::Gone)?;
            let attempt = state.attempts.get_mut(&(message_id, id)).ok_or(Error::Gone)?;
            attempt.response_body = bytes::Bytes::new();
            Ok(())
        })
    }

    fn answer_of(&self, key: OnceKey) -> Verb<'_, Option<Answer>> {
        self.verb(move |state| {
            Ok(match state.kept(&key)? {
                Some(KeptResult::Answer(answer)) => Some(answer),
                Some(KeptResult::Message(_)) | None => None,
            })
        })
    }

    fn keep_answer(&self, once: Once) -> Verb<'_, Written> {
        self.verb(|state| state.once(Some(once), |_| Ok(())))
    }

    fn changed_elsewhere(&self) -> Verb<'_, u64> {
        // Nobody else can reach this memory.
        self.verb(|_| Ok(0))
    }
}

impl State {
    /// Runs `write`, unless the same request came before.
    fn once(
        &mut self,
        once: Option<Once>,
        write: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<Written, Error> {
        if let Some(once) = &once
            && let Some(KeptResult::Answer(answer)) = self.kept(&once.key)?
        {
            return Ok(Written::Replay(answer));
        }
        write(self)?;
        if let Some(Once { key, answer }) = once {
            self.keep(&key, KeptResult::Answer(answer));
        }
        Ok(Written::Fresh)
    }

    fn check_application_uid(&self, new: &Application) -> Result<(), Error> {
        let taken = self.applications.values().any(|other| {
            other.id != new.id
                && other.environment_id == new.environment_id
                && other.uid.is_some()
                && other.uid == new.uid
        });
        if taken { Err(Error::Taken("uid")) } else { Ok(()) }
    }

    fn check_endpoint_uid(&self, new: &Endpoint) -> Result<(), Error> {
        let taken = self.endpoints.values().any(|other| {
            other.id != new.id && other.app_id == new.app_id && other.uid.is_some() && other.uid == new.uid
        });
        if taken { Err(Error::Taken("uid")) } else { Ok(()) }
    }
}
