//! An application's receiving address: a random token, kept as a record until it is replaced.
//!
//! It stays over restarts, so that endpoints which point at it go on working; what it has received does not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use klingel_model::{AppId, Micros};
use klingel_store::{Error, Expected, Order, Page, Record, RecordChange};

use super::Inspector;

/// The kind of the records.
const KIND: &str = "inspector.address";
/// Random bytes of a token.
const TOKEN_BYTES: usize = 24;
/// Characters of a token.
const TOKEN_CHARS: usize = 32;
/// Addresses that one application may have had at once through a race; all of them are replaced together.
const ADDRESSES_MAX: usize = 16;

impl Inspector {
    /// The application's token, if it has an address.
    pub(crate) async fn token(&self, app_id: AppId) -> Result<Option<String>, Error> {
        Ok(self.addresses(app_id).await?.into_iter().next().map(|record| record.key))
    }

    /// Gives the application a new address. An old one receives nothing any more.
    pub async fn renew(&self, app_id: AppId) -> Result<String, Error> {
        let world = &self.inner.world;
        let mut bytes = [0u8; TOKEN_BYTES];
        world.dice.fill(&mut bytes);
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let old = self.addresses(app_id).await?;
        let mut changes: Vec<RecordChange> = old.into_iter().map(removal).collect();
        let record = addressed(app_id, token.clone(), world.clock.now());
        changes.push(RecordChange::Put { record, expected: Expected::Nothing });
        world.store.change_records(changes).await?;
        Ok(token)
    }

    /// Whose token this is.
    pub(crate) async fn application_of(&self, token: &str) -> Result<Option<AppId>, Error> {
        let possible = token.len() == TOKEN_CHARS
            && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !possible {
            return Ok(None);
        }
        let found = self.inner.world.store.records_with_key(KIND, token).await?;
        Ok(found.first().map(|record| record.app_id))
    }

    async fn addresses(&self, app_id: AppId) -> Result<Vec<Record>, Error> {
        let page = Page { limit: ADDRESSES_MAX, after: None, order: Order::Descending };
        Ok(self.inner.world.store.records(app_id, KIND, "", page).await?.items)
    }
}

fn addressed(app_id: AppId, token: String, now: Micros) -> Record {
    Record {
        app_id,
        kind: KIND.to_owned(),
        key: token,
        partition: String::new(),
        at: now,
        document: "{}".to_owned(),
        updated_at: now,
    }
}

fn removal(record: Record) -> RecordChange {
    let Record { app_id, kind, key, .. } = record;
    RecordChange::Delete { app_id, kind, key, expected: Expected::Anything }
}
