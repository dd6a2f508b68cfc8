//! A bounded queue from async callers to threads. Callers wait for room; a thread takes many jobs under one lock.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

/// The queue's threads have stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed;

/// What a thread found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Jobs.
    Jobs,
    /// Nothing for the whole wait.
    Idle,
    /// Nothing, and nothing will come.
    Closed,
}

/// A bounded queue.
#[derive(Debug)]
pub(crate) struct Inbox<J> {
    room: Semaphore,
    state: Mutex<State<J>>,
    arrived: Condvar,
}

#[derive(Debug)]
struct State<J> {
    jobs: VecDeque<J>,
    closed: bool,
}

impl<J> Inbox<J> {
    /// A queue of at most `jobs_max` jobs.
    pub(crate) fn new(jobs_max: usize) -> Self {
        Self {
            room: Semaphore::new(jobs_max.clamp(1, Semaphore::MAX_PERMITS)),
            state: Mutex::new(State { jobs: VecDeque::new(), closed: false }),
            arrived: Condvar::new(),
        }
    }

    /// Puts a job in, as soon as there is room.
    pub(crate) async fn put(&self, job: J) -> Result<(), Closed> {
        self.room.acquire().await.map_err(|_| Closed)?.forget();
        let mut state = self.state();
        if state.closed {
            return Err(Closed);
        }
        state.jobs.push_back(job);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Takes jobs until `enough` says so of those taken so far; waits for the first one up to `patience`.
    pub(crate) fn take(
        &self,
        taken: &mut Vec<J>,
        patience: Duration,
        mut enough: impl FnMut(&[J]) -> bool,
    ) -> Taken {
        let waited =
            self.arrived.wait_timeout_while(self.state(), patience, |s| s.jobs.is_empty() && !s.closed);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let before = taken.len();
        while !enough(taken)
            && let Some(job) = state.jobs.pop_front()
        {
            taken.push(job);
        }
        let closed = state.closed;
        drop(state);
        match taken.len() - before {
            0 if closed => Taken::Closed,
            0 => Taken::Idle,
            count => {
                self.room.add_permits(count);
                Taken::Jobs
            }
        }
    }

    /// Takes no more jobs in; those that are in can still be taken.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.room.close();
        self.arrived.notify_all();
    }

    /// Drops what nobody will take any more.
    pub(crate) fn clear(&self) {
        self.state().jobs.clear();
    }

    fn state(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_in_before_the_close_is_still_taken() {
        let inbox = Inbox::new(8);
        for job in 0..3 {
            inbox.put(job).await.unwrap();
        }
        inbox.close();
        assert_eq!(inbox.put(3).await, Err(Closed));
        let mut taken = Vec::new();
        assert_eq!(inbox.take(&mut taken, Duration::ZERO, |jobs| jobs.len() == 2), Taken::Jobs);
        assert_eq!(inbox.take(&mut taken, Duration::ZERO, |_| false), Taken::Jobs);
        assert_eq!(taken, [0, 1, 2]);
        assert_eq!(inbox.take(&mut taken, Duration::ZERO, |_| false), Taken::Closed);
    }

    #[tokio::test]
    async fn a_full_queue_makes_its_callers_wait() {
        let inbox = Inbox::new(1);
        inbox.put('a').await.unwrap();
        let mut second = Box::pin(inbox.put('b'));
        assert!(
            std::future::poll_fn(|cx| std::task::Poll::Ready(second.as_mut().poll(cx).is_pending())).await
        );
        let mut taken = Vec::new();
        inbox.take(&mut taken, Duration::ZERO, |_| false);
        second.await.unwrap();
        inbox.take(&mut taken, Duration::ZERO, |_| false);
        assert_eq!(taken, ['a', 'b']);
        assert_eq!(inbox.take(&mut taken, Duration::ZERO, |_| false), Taken::Idle);
    }
}
