//! Settings of an account.

use std::time::Duration;

use klingel_model::{AppId, Micros};
use klingel_store::Store;
use serde::{Deserialize, Serialize};

use super::{Document, find};
use crate::signinapp::problem::Problem;
use crate::signinapp::records::visit::Visit;

/// Longest "Keep visitor data", in days.
pub(in crate::signinapp) const KEEP_DAYS_MAX: i64 = 36_500;
/// Key of the only settings.
pub(in crate::signinapp) const KEY: &str = "settings";
/// Visits that one step of deletion removes.
const RETIRED_AT_ONCE_MAX: usize = 500;

/// The settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::signinapp) struct Account {
    /// "Keep visitor data": days after which visits are gone; `None`: kept for ever.
    pub(in crate::signinapp) keep_visitor_data_days: Option<i64>,
}

impl Document for Account {
    const KIND: &'static str = "signinapp.account";
    const WHAT: &'static str = "settings";

    fn key(&self) -> String {
        KEY.to_owned()
    }

    fn at(&self) -> Micros {
        Micros::default()
    }
}

impl Account {
    /// The settings of an account, the default ones if it has none.
    pub(in crate::signinapp) async fn of(store: &dyn Store, app_id: AppId) -> Result<Self, Problem> {
        Ok(find::<Self>(store, app_id, KEY).await?.map(|found| found.document).unwrap_or_default())
    }

    /// How long visits are kept.
    pub(in crate::signinapp) fn keep(&self) -> Option<Duration> {
        let days = u64::try_from(self.keep_visitor_data_days?).ok()?;
        Some(Duration::from_secs(days * 24 * 60 * 60))
    }

    /// The first instant whose visits are still kept.
    pub(in crate::signinapp) fn kept_since(&self, now: Micros) -> Option<Micros> {
        self.keep().map(|keep| now.minus(keep))
    }

    /// Deletes everything that is too old.
    pub(in crate::signinapp) async fn retire_all(
        &self,
        store: &dyn Store,
        app_id: AppId,
        now: Micros,
    ) -> Result<u64, Problem> {
        let Some(before) = self.kept_since(now) else { return Ok(0) };
        let mut removed = 0;
        // Ends: every step but the last removes visits, and none that is too old is added.
        loop {
            let step = store.retire_records(app_id, Visit::KIND, before, RETIRED_AT_ONCE_MAX).await?;
            removed += step;
            if step < RETIRED_AT_ONCE_MAX as u64 {
                return Ok(removed);
            }
        }
    }
}
