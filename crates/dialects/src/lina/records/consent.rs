//! What a user has released to an operator, as it stands.

use klingel_engine::Refusal;
use klingel_model::{AppId, Micros};
use klingel_store::{Expected, RecordChange, Store};
use serde::{Deserialize, Serialize};

use super::decision::{self, Kind};
use super::{Kept, Place};

const KIND: &str = "lina.consent";
/// Consents dropped in one transaction, each with a line of history.
const DROPPED_AT_ONCE: usize = 250;
/// Characters of a released field.
const FIELD_CHARS_MAX: usize = 500;

/// The personal data that a user releases. Only what is released is there, and only that is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Released {
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_vorname: Option<String>,
    /// Surname.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_email: Option<String>,
    /// Work area, such as `Service`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bereich: Option<String>,
}

impl Released {
    /// Refuses what is too long for a name, an address or an area.
    pub fn check(&self) -> Result<(), Refusal> {
        let fields = [
            ("userVorname", &self.user_vorname),
            ("userName", &self.user_name),
            ("userEmail", &self.user_email),
            ("bereich", &self.bereich),
        ];
        for (name, value) in fields {
            if value.as_ref().is_some_and(|value| value.chars().count() > FIELD_CHARS_MAX) {
                return Err(Refusal::Invalid(
                    name,
                    format!("must have at most {FIELD_CHARS_MAX} characters"),
                ));
            }
        }
        Ok(())
    }
}

/// How a decision stands. A decision that is open has no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The operator may have the data.
    Given,
    /// It may not.
    Withdrawn,
}

/// A user's decision about an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// To whom.
    pub operator: String,
    /// Whose.
    pub user_uuid: String,
    /// How it stands.
    pub state: State,
    /// What is released; empty once withdrawn.
    pub released: Released,
    /// Since when.
    pub decided_us: i64,
}

fn key(operator: &str, user_uuid: &str) -> String {
    format!("{operator}/{user_uuid}")
}

/// The decision; `None` while it is open.
pub async fn find(
    store: &dyn Store,
    app_id: AppId,
    operator: &str,
    user_uuid: &str,
) -> Result<Option<Kept<Consent>>, Refusal> {
    super::load(store, app_id, KIND, &key(operator, user_uuid)).await
}

/// The change that writes a decision over `old`.
pub fn put(app_id: AppId, consent: &Consent, now: Micros, old: Option<Micros>) -> RecordChange {
    let key = key(&consent.operator, &consent.user_uuid);
    super::put(Place { app_id, kind: KIND, key, partition: &consent.operator }, consent, now, old)
}

/// Forgets every consent to an operator who has no hook any more: nothing is sent, the history says so.
pub async fn drop_all(
    store: &dyn Store,
    dice: &dyn klingel_model::Dice,
    app_id: AppId,
    operator: &str,
    now: Micros,
) -> Result<(), Refusal> {
    let all: Vec<Kept<Consent>> = super::load_all(store, app_id, KIND, operator).await?;
    for part in all.chunks(DROPPED_AT_ONCE) {
        let changes = part.iter().flat_map(|kept| {
            let consent = &kept.document;
            let delete = RecordChange::Delete {
                app_id,
                kind: KIND.to_owned(),
                key: kept.key.clone(),
                expected: Expected::Anything,
            };
            let line = decision::line(&consent.user_uuid, operator, Kind::Dropped, now);
            [delete, decision::put(app_id, &line, dice)]
        });
        super::change(store, changes.collect()).await?;
    }
    Ok(())
}
