//! How messages stand with their endpoints, for those who search by it.

use klingel_model::{AppId, DeliveryState, EndpointId, MessageId};
use klingel_store::{Destination, Order, Page as ListPage};

use crate::Portal;
use crate::fault::Fault;

/// Endpoints of one message that are looked at.
const DESTINATIONS_MAX: usize = 50;

/// How a message stands with an endpoint, in the words of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Delivered,
    Waiting,
    Failed,
    Canceled,
}

impl Status {
    /// All of them: in the address, for people, themselves.
    pub(super) const ALL: [(&str, &str, Self); 4] = [
        ("delivered", "delivery-delivered", Self::Delivered),
        ("waiting", "messages-waiting", Self::Waiting),
        ("failed", "delivery-failed", Self::Failed),
        ("cancelled", "delivery-canceled", Self::Canceled),
    ];

    fn of(state: &DeliveryState) -> Self {
        match state {
            DeliveryState::Delivered => Self::Delivered,
            DeliveryState::Waiting | DeliveryState::Retrying(_) => Self::Waiting,
            DeliveryState::Failed => Self::Failed,
            DeliveryState::Canceled => Self::Canceled,
        }
    }
}

/// What is looked for; an absent condition is met by all.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing {
    /// It went or goes to this endpoint.
    pub(super) endpoint_id: Option<EndpointId>,
    /// It stands so with that endpoint, or with any.
    pub(super) status: Option<Status>,
}

impl Standing {
    /// Whether every message meets it.
    pub(super) const fn is_any(self) -> bool {
        self.endpoint_id.is_none() && self.status.is_none()
    }

    /// Whether this message meets it.
    pub(super) async fn holds(
        self,
        portal: &Portal,
        app_id: AppId,
        message_id: MessageId,
    ) -> Result<bool, Fault> {
        let page = match self.endpoint_id {
            // Endpoints come by id: the first one behind its predecessor is this one, if it is there.
            Some(id) => {
                let before = EndpointId::from_u128(id.as_u128().saturating_sub(1));
                ListPage { limit: 1, after: Some(before), order: Order::Ascending }
            }
            None => ListPage { limit: DESTINATIONS_MAX, after: None, order: Order::Ascending },
        };
        let found = portal.engine().reader().destinations(app_id, message_id, page).await?;
        let wanted = |destination: &Destination| {
            self.endpoint_id.is_none_or(|id| destination.endpoint.id == id)
                && self.status.is_none_or(|status| Status::of(&destination.state) == status)
        };
        Ok(found.items.iter().any(wanted))
    }
}
