//! An entity as it is kept: its document as the source gave it, and the fairs it was last named with.

use std::time::Duration;

use bytes::Bytes;
use klingel_engine::{Accepted, Publish, Refusal};
use klingel_store::{AppRef, Expected, Record, RecordChange};

use crate::eventinsight::answer::Problem;
use crate::eventinsight::call::Call;
use crate::eventinsight::document;
use crate::eventinsight::entity::{self, Action, EntityType};
use crate::eventinsight::wire;

/// Kind of the records that hold a list of fairs per entity, so that a deletion reaches the webhooks that were told
/// of the entity. Not part of the entity's document, which is the source's own.
const FAIRS_KIND: &str = "eventinsight.fairs";
/// Times that a change is tried again when somebody else changed the entity between reading and writing.
pub(super) const TRIES_MAX: u32 = 10;

/// Which entity, and what is known of it.
pub(super) struct Kept {
    entity: EntityType,
    id: u64,
    /// Its document, if there is one.
    pub(super) record: Option<Record>,
    /// The fairs it was last named with.
    pub(super) fairs: Vec<u64>,
}

impl Kept {
    /// Reads what is kept of an entity.
    pub(super) async fn read(call: &Call, entity: EntityType, id: u64) -> Result<Self, Problem> {
        let (store, app_id) = (&call.engine.world().store, call.application().id);
        let record = store.record(app_id, entity.record_kind(), &id.to_string()).await?;
        let fairs = store.record(app_id, FAIRS_KIND, &fairs_key(entity, id)).await?;
        let fairs = fairs.and_then(|record| serde_json::from_str(&record.document).ok());
        let fairs = fairs.and_then(|value| document::fairs(&value).ok()).unwrap_or_default();
        Ok(Self { entity, id, record, fairs })
    }

    fn expected(&self) -> Expected {
        self.record.as_ref().map_or(Expected::Nothing, |record| Expected::Version(record.updated_at))
    }

    /// The change that keeps this document, if the entity is as it was read.
    pub(super) fn put(&self, call: &Call, document: String) -> RecordChange {
        let now = call.engine.world().clock.now();
        let after = |old: &Record| now.max(old.updated_at.plus(Duration::from_micros(1)));
        let record = Record {
            app_id: call.application().id,
            kind: self.entity.record_kind().to_owned(),
            key: self.id.to_string(),
            partition: String::new(),
            at: self.record.as_ref().map_or(now, |old| old.at),
            document,
            updated_at: self.record.as_ref().map_or(now, after),
        };
        RecordChange::Put { record, expected: self.expected() }
    }

    /// The change that keeps these fairs.
    pub(super) fn put_fairs(&self, call: &Call, fairs: &[u64]) -> RecordChange {
        let now = call.engine.world().clock.now();
        let record = Record {
            app_id: call.application().id,
            kind: FAIRS_KIND.to_owned(),
            key: fairs_key(self.entity, self.id),
            partition: String::new(),
            at: now,
            document: format!("{fairs:?}"),
            updated_at: now,
        };
        RecordChange::Put { record, expected: Expected::Anything }
    }

    /// The changes that remove the entity, if it is as it was read.
    pub(super) fn removed(&self, call: &Call) -> Vec<RecordChange> {
        let app_id = call.application().id;
        let gone =
            |kind: &str, key, expected| RecordChange::Delete { app_id, kind: kind.to_owned(), key, expected };
        vec![
            gone(self.entity.record_kind(), self.id.to_string(), self.expected()),
            gone(FAIRS_KIND, fairs_key(self.entity, self.id), Expected::Anything),
        ]
    }

    /// Takes in the message that tells of a change, in one transaction with it.
    pub(super) async fn tell(
        &self,
        call: &Call,
        action: Action,
        result: Option<&str>,
        fairs: &[u64],
        records: Vec<RecordChange>,
    ) -> Result<Accepted, Refusal> {
        let publish = Publish {
            event_type: entity::event_type(self.entity, action),
            payload: wire::envelope(self.entity, self.id, action, result),
            channels: fairs.iter().copied().map(document::channel).collect(),
            event_id: None,
            payload_until: None,
            once: None,
            records,
        };
        let application = call.application();
        let app = AppRef::Id(application.id);
        call.engine.publish_shaped(application.environment_id, &app, publish).await
    }
}

/// Bytes of a body that are its JSON value, without the space around it.
pub(super) fn trimmed(body: &Bytes) -> Bytes {
    body.slice_ref(body.trim_ascii())
}

fn fairs_key(entity: EntityType, id: u64) -> String {
    format!("{}.{id}", entity.word())
}
