//! Operators (*Drittanbieter*): who registers hooks, and what users are shown of them.

use klingel_engine::Refusal;
use klingel_model::{AppId, ChannelName, Clock};
use klingel_store::Store;
use serde::{Deserialize, Serialize};

use super::{Kept, Place};

/// The kind of record.
pub const KIND: &str = "lina.operator";
/// Characters of a name or URL.
pub const TEXT_CHARS_MAX: usize = 500;

/// An operator as users see it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Operator {
    /// Its name, for people.
    pub name: String,
    /// Its terms (*AGB*).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_url: Option<String>,
    /// Its statement on privacy (*Datenschutz*).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
}

impl Operator {
    fn check(&self) -> Result<(), Refusal> {
        if self.name.trim().is_empty() || self.name.chars().count() > TEXT_CHARS_MAX {
            return Err(Refusal::Invalid("name", format!("must have 1 to {TEXT_CHARS_MAX} characters")));
        }
        for (field, url) in [("termsUrl", &self.terms_url), ("privacyUrl", &self.privacy_url)] {
            let Some(url) = url else { continue };
            let fits = url.len() <= TEXT_CHARS_MAX
                && url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if !fits {
                return Err(Refusal::Invalid(field, "must be an absolute http or https URL".to_owned()));
            }
        }
        Ok(())
    }
}

/// Checks the id of an operator: it is also the channel of its hooks.
pub fn id(text: &str) -> Result<ChannelName, Refusal> {
    ChannelName::new(text).map_err(|why| Refusal::Invalid("operator", why.to_string()))
}

/// The operator of this id.
pub async fn find(store: &dyn Store, app_id: AppId, id: &str) -> Result<Option<Kept<Operator>>, Refusal> {
    super::load(store, app_id, KIND, id).await
}

/// Every operator that has been described.
pub async fn list(store: &dyn Store, app_id: AppId) -> Result<Vec<Kept<Operator>>, Refusal> {
    super::load_all(store, app_id, KIND, "").await
}

/// Describes an operator anew. Errors: `Invalid`, `Conflict`.
pub async fn save(
    store: &dyn Store,
    clock: &dyn Clock,
    app_id: AppId,
    operator: &str,
    described: &Operator,
) -> Result<(), Refusal> {
    let operator = id(operator)?;
    described.check()?;
    let old = find(store, app_id, operator.as_str()).await?.map(|kept| kept.version);
    let place = Place { app_id, kind: KIND, key: operator.as_str().to_owned(), partition: "" };
    super::change(store, vec![super::put(place, described, clock.now(), old)]).await
}
