//! How many requests to an endpoint may be under way, of those that its setting `max_in_flight` allows.
//!
//! An endpoint that has not answered yet gets a few. Each success lets one more go out, so that the window doubles with
//! each round of answers; each failure halves it. So an endpoint that hangs holds a few connections and places when its
//! first time-out comes, and not all that it may have: many of them at once leave the others their share.

/// Requests to an endpoint that has not answered yet.
const WINDOW_MIN: usize = 8;

/// The window of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window(usize);

impl Default for Window {
    fn default() -> Self {
        Self(WINDOW_MIN)
    }
}

impl Window {
    /// Requests that may be under way, at most `max`.
    pub(super) fn within(self, max: usize) -> usize {
        self.0.min(max)
    }

    /// The endpoint took a message.
    pub(super) fn succeeded(&mut self, max: usize) {
        self.0 = (self.0 + 1).min(max.max(WINDOW_MIN));
    }

    /// It did not.
    pub(super) fn failed(&mut self) {
        self.0 = (self.0 / 2).max(WINDOW_MIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_with_successes_up_to_the_setting_and_closes_with_failures() {
        let mut window = Window::default();
        assert_eq!((window.within(64), window.within(3)), (8, 3), "a smaller setting holds");
        (0..8).for_each(|_| window.succeeded(64));
        assert_eq!(window.within(64), 16, "doubled after a round of answers");
        (0..1000).for_each(|_| window.succeeded(64));
        assert_eq!(window.within(64), 64);
        window.failed();
        assert_eq!(window.within(64), 32);
        (0..10).for_each(|_| window.failed());
        assert_eq!(window.within(64), 8);
        (0..10).for_each(|_| window.succeeded(1));
        assert_eq!(window.within(64), 8);
    }
}
