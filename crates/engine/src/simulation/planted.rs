//! Bugs planted on purpose, to see that the simulation finds them, and a look into memory. They exist in tests only.

use std::cell::Cell;

/// A bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
    /// A hand-off that was dropped is not searched for in the store.
    ForgetsDroppedHandOffs,
    /// Retries are read from the store before they are due.
    SendsBeforeDue,
    /// A lane has no bound on its requests.
    IgnoresMaxInFlight,
    /// All lanes together have no bound on their requests.
    IgnoresInFlightMax,
    /// Every lane waits for every other: one request at a time.
    SharesOneLane,
    /// A lane has no rate.
    IgnoresRate,
    /// Memory has no bound.
    IgnoresMemory,
    /// What is under way and not yet recorded is read again from the store.
    ReadsTwice,
    /// A recorded retry does not set an alarm.
    LosesRetries,
    /// The first failure ends the schedule.
    GivesUpEarly,
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    static HELD: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// The bug that is planted in this thread.
pub(crate) fn planted() -> Option<Bug> {
    PLANTED.with(Cell::get)
}

/// Whether this bug is planted in this thread.
pub(crate) fn is(bug: Bug) -> bool {
    planted() == Some(bug)
}

/// Runs with a bug.
pub(crate) fn with<T>(bug: Bug, run: impl FnOnce() -> T) -> T {
    PLANTED.with(|planted| planted.set(Some(bug)));
    let done = run();
    PLANTED.with(|planted| planted.set(None));
    done
}

/// Notes how many deliveries the lanes hold, and how many wait in the fullest one.
pub(crate) fn note_held(deliveries: usize, waiting: usize) {
    HELD.with(|held| held.set((held.get().0.max(deliveries), held.get().1.max(waiting))));
}

/// The most that was noted in this thread since the last time.
pub(crate) fn take_held() -> (usize, usize) {
    HELD.with(Cell::take)
}
