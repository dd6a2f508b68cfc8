//! The history of decisions: a line each, never changed. Holds no personal data beyond the user's id.

use klingel_engine::Refusal;
use klingel_model::{AppId, Dice, Micros};
use klingel_store::{Order, Page, RecordChange, Scan, Store};
use serde::{Deserialize, Serialize};

use super::Place;

const KIND: &str = "lina.decision";

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Data were released.
    Given,
    /// Other data were released than before.
    Changed,
    /// The release was taken back.
    Withdrawn,
    /// Nothing was ever released.
    Declined,
    /// The operator has deleted its last hook, so that the decision is open again.
    Dropped,
}

/// A line of history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Whose.
    pub user_uuid: String,
    /// About whom.
    pub operator: String,
    /// What happened.
    pub kind: Kind,
    /// When.
    pub at_us: i64,
}

/// A new line.
pub fn line(user_uuid: &str, operator: &str, kind: Kind, now: Micros) -> Decision {
    Decision { user_uuid: user_uuid.to_owned(), operator: operator.to_owned(), kind, at_us: now.as_unix_us() }
}

/// The change that writes a line.
pub fn put(app_id: AppId, line: &Decision, dice: &dyn Dice) -> RecordChange {
    let now = Micros::from_unix_us(line.at_us);
    // Two decisions of one microsecond are two lines.
    let mut bytes = [0u8; 8];
    dice.fill(&mut bytes);
    let key = format!("{}/{:016x}", line.user_uuid, u64::from_be_bytes(bytes));
    super::put(Place { app_id, kind: KIND, key, partition: &line.user_uuid }, line, now, None)
}

/// A part of a user's history, newest first.
pub async fn page(
    store: &dyn Store,
    app_id: AppId,
    user_uuid: &str,
    limit: usize,
    after: Option<(Micros, String)>,
) -> Result<Scan<Decision, (Micros, String)>, Refusal> {
    let page = Page { limit, after, order: Order::Descending };
    let part = store.records(app_id, KIND, user_uuid, page).await;
    let part = part.map_err(|error| Refusal::of(error, "application"))?;
    let items: Result<Vec<Decision>, Refusal> =
        part.items.into_iter().map(|record| Ok(super::read(record)?.document)).collect();
    Ok(Scan { items: items?, resume: part.resume })
}
