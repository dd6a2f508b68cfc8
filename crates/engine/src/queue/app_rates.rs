//! Rate limits that hold for all endpoints of an application together.

use std::time::Duration;

use foldhash::HashMap;
use klingel_model::AppId;

use super::bucket::Bucket;
use crate::fanout::Target;

/// A bucket for each application that has a limit and something to send.
#[derive(Debug, Default)]
pub(super) struct AppRates(HashMap<AppId, Bucket>);

impl AppRates {
    /// The bucket of the target's application, if it has a limit; anew when the limit was changed.
    pub(super) fn bucket_of(&mut self, target: &Target) -> Option<&mut Bucket> {
        let per_s = target.app_rate_limit_per_s?;
        let bucket = self.0.entry(target.endpoint.app_id).or_insert_with(|| Bucket::new(per_s));
        if bucket.per_s() != per_s {
            *bucket = Bucket::new(per_s);
        }
        Some(bucket)
    }

    /// Forgets buckets that are full again.
    pub(super) fn forget_full(&mut self, now: Duration) {
        self.0.retain(|_, bucket| !bucket.is_full(now));
    }
}
