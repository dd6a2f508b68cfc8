//! Wrong passwords are counted, so that guessing takes years.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Wrong passwords for one name before it has to wait.
const WRONG_MAX: u32 = 5;
/// How long it waits then, and how long a wrong password is remembered.
const WAIT: Duration = Duration::from_mins(15);
/// Names that are remembered; beyond it the oldest are forgotten first.
const NAMES_MAX: usize = 10_000;

/// Wrong passwords by name.
#[derive(Debug, Default)]
pub(crate) struct Knocks(Mutex<HashMap<String, Wrong>>);

#[derive(Debug, Clone, Copy)]
struct Wrong {
    times: u32,
    last: Duration,
}

impl Knocks {
    /// How long this name has to wait; `None`: not at all.
    pub(crate) fn wait(&self, name: &str, now: Duration) -> Option<Duration> {
        let wrong = self.lock().get(name).copied()?;
        let left = WAIT.checked_sub(now.saturating_sub(wrong.last))?;
        (wrong.times >= WRONG_MAX && !left.is_zero()).then_some(left)
    }

    /// A password was wrong.
    pub(crate) fn wrong(&self, name: &str, now: Duration) {
        let mut known = self.lock();
        known.retain(|_, wrong| now.saturating_sub(wrong.last) < WAIT);
        if known.len() >= NAMES_MAX
            && let Some(oldest) =
                known.iter().min_by_key(|(_, wrong)| wrong.last).map(|(name, _)| name.clone())
        {
            known.remove(&oldest);
        }
        let wrong = known.entry(name.to_owned()).or_insert(Wrong { times: 0, last: now });
        *wrong = Wrong { times: wrong.times.saturating_add(1), last: now };
    }

    /// A password was right.
    pub(crate) fn right(&self, name: &str) {
        self.lock().remove(name);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Wrong>> {
        // A panic under the lock leaves counts that are at worst too low by one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_five_wrong_passwords_a_name_waits() {
        let knocks = Knocks::default();
        let at = Duration::from_secs;
        for second in 0..5 {
            assert_eq!(knocks.wait("anna", at(second)), None);
            knocks.wrong("anna", at(second));
        }
        assert_eq!(knocks.wait("anna", at(5)), Some(WAIT - at(1)));
        assert_eq!(knocks.wait("berta", at(5)), None);
        assert_eq!(knocks.wait("anna", at(4) + WAIT), None);
        knocks.right("anna");
        assert_eq!(knocks.wait("anna", at(6)), None);
    }
}
