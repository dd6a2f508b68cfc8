//! Bugs planted on purpose, to see that the simulation finds them. They exist in tests only.

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
    /// A recorded retry does not set an alarm.
    LosesRetries,
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Whether this bug is planted in this thread.
pub(crate) fn is(bug: Bug) -> bool {
    PLANTED.with(|planted| planted.get() == Some(bug))
}

/// Runs with a bug.
pub(crate) fn with<T>(bug: Bug, run: impl FnOnce() -> T) -> T {
    PLANTED.with(|planted| planted.set(Some(bug)));
    let done = run();
    PLANTED.with(|planted| planted.set(None));
    done
}
