//! What a store (*Laden*) has booked.

use klingel_engine::Refusal;
use klingel_model::{AppId, Clock};
use klingel_store::Store;
use serde::{Deserialize, Serialize};

use super::{Kept, Place};
use crate::lina::plan::ENDPOINTS;

const KIND: &str = "lina.store";
/// Requests per store and quarter of an hour, and what each extra booking of the POS adapter adds.
const REQUESTS_PER_BOOKING: u32 = 100;
/// Requests per store and quarter of an hour, however much is booked.
pub const REQUESTS_MAX: u32 = 1000;
/// Extra bookings that still raise the limit.
const EXTRA_POS_BOOKINGS_MAX: u32 = 9;

/// A store's settings. A store of which nothing is kept has booked nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct StoreSettings {
    /// Booked endpoints.
    pub booked_endpoints: Vec<String>,
    /// Bookings of LINA Data POS beyond the first.
    pub extra_pos_bookings: u32,
    /// Whether keys may come in the query (`api-key=…`), where logs of others keep them.
    pub key_in_query: bool,
    /// Whether listing hooks counts as a data request.
    pub count_listing: bool,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { booked_endpoints: Vec::new(), extra_pos_bookings: 0, key_in_query: false, count_listing: true }
    }
}

impl StoreSettings {
    /// Whether the endpoint is booked.
    pub fn booked(&self, endpoint: &str) -> bool {
        self.booked_endpoints.iter().any(|booked| booked == endpoint)
    }

    /// Data requests in any 15 minutes.
    pub fn requests_max(&self) -> u32 {
        let bookings = self.extra_pos_bookings.min(EXTRA_POS_BOOKINGS_MAX) + 1;
        (bookings * REQUESTS_PER_BOOKING).min(REQUESTS_MAX)
    }

    fn check(&self) -> Result<(), Refusal> {
        match self.booked_endpoints.iter().find(|name| !ENDPOINTS.contains(&name.as_str())) {
            Some(_) => Err(Refusal::Invalid(
                "bookedEndpoints",
                format!("each must be one of {}", ENDPOINTS.join(", ")),
            )),
            None => Ok(()),
        }
    }
}

/// The settings in force.
pub async fn load(store: &dyn Store, app_id: AppId) -> Result<StoreSettings, Refusal> {
    Ok(find(store, app_id).await?.map_or_else(StoreSettings::default, |kept| kept.document))
}

async fn find(store: &dyn Store, app_id: AppId) -> Result<Option<Kept<StoreSettings>>, Refusal> {
    super::load(store, app_id, KIND, "").await
}

/// Replaces the settings. Errors: `Invalid("bookedEndpoints")`, `Conflict`.
pub async fn save(
    store: &dyn Store,
    clock: &dyn Clock,
    app_id: AppId,
    mut settings: StoreSettings,
) -> Result<StoreSettings, Refusal> {
    settings.booked_endpoints.sort_unstable();
    settings.booked_endpoints.dedup();
    settings.check()?;
    let old = find(store, app_id).await?.map(|kept| kept.version);
    let place = Place { app_id, kind: KIND, key: String::new(), partition: "" };
    super::change(store, vec![super::put(place, &settings, clock.now(), old)]).await?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_booking_adds_a_hundred_up_to_a_thousand() {
        for (extra, requests) in [(0, 100), (1, 200), (9, 1000), (10, 1000), (u32::MAX, 1000)] {
            let settings = StoreSettings { extra_pos_bookings: extra, ..StoreSettings::default() };
            assert_eq!(settings.requests_max(), requests, "{extra}");
        }
    }
}
