//! What waits for an endpoint.

pub(crate) mod cancel;
pub(crate) mod cancel_delivery;
pub(crate) mod list;

use serde::Serialize;
use utoipa::ToSchema;

/// What was dropped.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CanceledOut {
    /// Deliveries that wait no more.
    canceled: u64,
    /// Whether so much waits that another call is needed.
    more: bool,
}
