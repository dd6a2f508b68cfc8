//! Fair shares of the requests under way: applications take turns, and none takes so many that a newcomer finds none.

use std::collections::VecDeque;

use foldhash::HashMap;
use klingel_model::{AppId, EndpointId};

/// An application may have so many times as many requests under way as are still free. Alone it gets four fifths of
/// all; whoever else comes finds some free, even while every request of the others hangs.
const TIMES_FREE: usize = 4;
/// Applications that are passed over in one look, because they have their share. The next look begins behind them.
const PASSED_OVER_MAX: usize = 64;

/// Requests under way, by application.
#[derive(Debug)]
pub(super) struct Shares {
    max: usize,
    under_way: usize,
    by_application: HashMap<AppId, usize>,
}

impl Shares {
    /// Of so many requests at once.
    pub(super) fn new(max: usize) -> Self {
        Self { max, under_way: 0, by_application: HashMap::default() }
    }

    #[cfg(test)]
    pub(super) fn set_max(&mut self, max: usize) {
        self.max = max;
    }

    /// Requests under way, of all applications.
    pub(super) fn under_way(&self) -> usize {
        self.under_way
    }

    /// Whether another request may go out.
    pub(super) fn any_free(&self) -> bool {
        self.under_way < self.max
    }

    /// Whether another request of this application may go out.
    pub(super) fn permit(&self, app_id: AppId) -> bool {
        let own = self.by_application.get(&app_id).copied().unwrap_or(0);
        own < TIMES_FREE.saturating_mul(self.max.saturating_sub(self.under_way))
    }

    /// A request of this application goes out.
    pub(super) fn launched(&mut self, app_id: AppId) {
        self.under_way += 1;
        *self.by_application.entry(app_id).or_default() += 1;
    }

    /// A request has ended; `None`: its endpoint is known no more.
    pub(super) fn ended(&mut self, app_id: Option<AppId>) {
        self.under_way -= 1;
        if let Some(app_id) = app_id
            && let Some(own) = self.by_application.get_mut(&app_id)
        {
            *own -= 1;
            if *own == 0 {
                self.by_application.remove(&app_id);
            }
        }
    }
}

/// Lanes that can send now: applications take turns, and within an application its lanes do.
#[derive(Debug, Default)]
pub(super) struct Ready {
    turns: VecDeque<AppId>,
    lanes: HashMap<AppId, VecDeque<EndpointId>>,
}

impl Ready {
    #[cfg(test)]
    fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Lets go of queues that were kept though they are empty.
    pub(super) fn forget_empty(&mut self) {
        self.lanes.retain(|_, lanes| !lanes.is_empty());
    }

    pub(super) fn push(&mut self, app_id: AppId, endpoint_id: EndpointId) {
        let lanes = self.lanes.entry(app_id).or_default();
        if lanes.is_empty() {
            self.turns.push_back(app_id);
        }
        lanes.push_back(endpoint_id);
    }

    /// The lane whose turn it is, of an application that has not got its share.
    pub(super) fn pop(&mut self, shares: &Shares) -> Option<EndpointId> {
        for _ in 0..self.turns.len().min(PASSED_OVER_MAX) {
            let app_id = self.turns.pop_front()?;
            if !shares.permit(app_id) {
                self.turns.push_back(app_id);
                continue;
            }
            let lanes = self.lanes.get_mut(&app_id)?;
            let endpoint_id = lanes.pop_front();
            // An application's queue is kept while it is the only one: it is about to be filled again.
            if !lanes.is_empty() {
                self.turns.push_back(app_id);
            } else if !self.turns.is_empty() {
                self.lanes.remove(&app_id);
            }
            return endpoint_id;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: AppId = AppId::from_u128(1);
    const B: AppId = AppId::from_u128(2);

    fn endpoint(n: u128) -> EndpointId {
        EndpointId::from_u128(n)
    }

    #[test]
    fn an_application_with_many_lanes_gets_no_more_turns_than_one_with_one() {
        let (mut ready, shares) = (Ready::default(), Shares::new(1000));
        (1..=5).for_each(|n| ready.push(A, endpoint(n)));
        ready.push(B, endpoint(9));
        let mut order = Vec::new();
        while let Some(id) = ready.pop(&shares) {
            order.push(id.as_u128());
            if id == endpoint(9) && order.len() < 5 {
                ready.push(B, id);
            }
        }
        assert_eq!(order, [1, 9, 2, 9, 3, 9, 4, 5]);
        ready.forget_empty();
        assert!(ready.is_empty() && ready.lanes.is_empty());
    }

    #[test]
    fn however_many_an_application_has_under_way_another_finds_some_free() {
        let mut shares = Shares::new(100);
        while shares.permit(A) {
            shares.launched(A);
        }
        assert_eq!(shares.under_way(), 80);
        let mut ready = Ready::default();
        ready.push(A, endpoint(1));
        assert_eq!(ready.pop(&shares), None, "it has its share");
        ready.push(B, endpoint(2));
        assert_eq!(ready.pop(&shares), Some(endpoint(2)));
        shares.ended(Some(A));
        assert_eq!(ready.pop(&shares), Some(endpoint(1)));
        (0..79).for_each(|_| shares.ended(Some(A)));
        assert!(shares.by_application.is_empty() && shares.under_way() == 0);
    }
}
