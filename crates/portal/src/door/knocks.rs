//! Passwords are looked at one after the other, and wrong ones are counted, so that guessing takes years and a crowd at
//! the door takes no more of the machine than one visitor.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Wrong passwords for one name before it has to wait.
const WRONG_MAX: u32 = 5;
/// How long it waits then, and how long a wrong password is remembered.
const WAIT: Duration = Duration::from_mins(15);
/// Names that are remembered; beyond it the oldest are forgotten first.
const NAMES_MAX: usize = 10_000;
/// Passwords that are looked at at once: each takes processor time and memory on purpose.
const AT_ONCE: usize = 1;
/// Visitors who wait for their turn; further ones are sent away.
const QUEUE_MAX: usize = 32;

/// Who stands at the door, and who knocked in vain.
#[derive(Debug)]
pub(crate) struct Knocks {
    wrong: Mutex<HashMap<String, Wrong>>,
    queue: Semaphore,
    turns: Semaphore,
}

/// A turn at the door; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    _turn: SemaphorePermit<'a>,
    _place: SemaphorePermit<'a>,
}

impl Default for Knocks {
    fn default() -> Self {
        let (queue, turns) = (Semaphore::new(QUEUE_MAX), Semaphore::new(AT_ONCE));
        Self { wrong: Mutex::default(), queue, turns }
    }
}

#[derive(Debug, Clone, Copy)]
struct Wrong {
    times: u32,
    last: Duration,
}

impl Knocks {
    /// Waits for a turn; `None` if too many wait already.
    pub(crate) async fn turn(&self) -> Option<Turn<'_>> {
        let place = self.queue.try_acquire().ok()?;
        let turn = self.turns.acquire().await.ok()?;
        Some(Turn { _turn: turn, _place: place })
    }

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
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
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
        assert_eq!(knocks.wait("anna", at(5)), Some(at(899)));
        assert_eq!(knocks.wait("berta", at(5)), None);
        assert_eq!(knocks.wait("anna", at(4) + WAIT), None);
        knocks.right("anna");
        assert_eq!(knocks.wait("anna", at(6)), None);
    }

    #[tokio::test]
    async fn a_crowd_is_sent_away() {
        let knocks = Knocks::default();
        let first = knocks.turn().await;
        assert!(first.is_some());
        let waiting: Vec<_> = (1..QUEUE_MAX).map(|_| Box::pin(knocks.turn())).collect();
        let mut waiting = futures_util::future::join_all(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert!(knocks.turn().await.is_none());
        drop((first, waiting));
        assert!(knocks.turn().await.is_some());
    }
}
