//! A bounded queue from async callers to threads. Callers wait for room; a thread takes many jobs under one lock.
//!
//! A job that nobody waits for is put in as patient: it does not start a commit by itself, but goes a moment behind the
//! next urgent ones, with whatever else is there then, or alone when none have come for longer.

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
    urgent: VecDeque<J>,
    patient: VecDeque<J>,
    /// Urgent jobs went before the patient ones that are there. They do so once.
    passed_over: bool,
    /// Threads that wait for jobs. Nobody else has to be woken, and waking is a system call.
    sleepers: usize,
    closed: bool,
}

impl<J> State<J> {
    fn is_empty(&self) -> bool {
        self.urgent.is_empty() && self.patient.is_empty()
    }

    /// The patient ones first: they have let others pass, and must not be left behind when not all are taken.
    fn next(&mut self) -> Option<J> {
        self.patient.pop_front().or_else(|| self.urgent.pop_front())
    }
}

/// Whether somebody waits for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Haste {
    /// It is taken at once.
    Urgent,
    /// It lets urgent ones go before it, if some come soon.
    Patient,
}

/// How long a thread waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waits {
    /// For the first job.
    pub(crate) idle: Duration,
    /// For an urgent job, while only patient ones are there.
    pub(crate) company: Duration,
    /// The same, when urgent ones have just gone before them.
    pub(crate) rest: Duration,
}

impl<J> Inbox<J> {
    /// A queue of at most `jobs_max` jobs.
    pub(crate) fn new(jobs_max: usize) -> Self {
        Self {
            room: Semaphore::new(jobs_max.clamp(1, Semaphore::MAX_PERMITS)),
            state: Mutex::new(State {
                urgent: VecDeque::new(),
                patient: VecDeque::new(),
                passed_over: false,
                sleepers: 0,
                closed: false,
            }),
            arrived: Condvar::new(),
        }
    }

    /// Puts a job in, as soon as there is room.
    pub(crate) async fn put(&self, job: J, haste: Haste) -> Result<(), Closed> {
        self.room.acquire().await.map_err(|_| Closed)?.forget();
        let mut state = self.state();
        if state.closed {
            return Err(Closed);
        }
        // The first patient job wakes a thread, so that it begins to wait for company; the others change nothing.
        let wakes = state.sleepers > 0 && (haste == Haste::Urgent || state.is_empty());
        match haste {
            Haste::Urgent => state.urgent.push_back(job),
            Haste::Patient => state.patient.push_back(job),
        }
        drop(state);
        if wakes {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Takes jobs until `enough` says so of those taken so far; waits for the first one.
    pub(crate) fn take(
        &self,
        taken: &mut Vec<J>,
        waits: Waits,
        mut enough: impl FnMut(&[J]) -> bool,
    ) -> Taken {
        let mut state = self.wait(self.state(), waits.idle, State::is_empty);
        if state.urgent.is_empty() && !state.patient.is_empty() {
            let wait = if state.passed_over { waits.rest } else { waits.company };
            state = self.wait(state, wait, |s| s.urgent.is_empty());
        }
        let before = taken.len();
        let lets_pass = !state.urgent.is_empty() && !state.patient.is_empty() && !state.passed_over;
        state.passed_over = lets_pass;
        while !enough(taken)
            && let Some(job) = if lets_pass { state.urgent.pop_front() } else { state.next() }
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

    fn wait<'a>(
        &'a self,
        mut state: MutexGuard<'a, State<J>>,
        up_to: Duration,
        wanting: impl Fn(&State<J>) -> bool,
    ) -> MutexGuard<'a, State<J>> {
        if up_to.is_zero() || state.closed || !wanting(&state) {
            return state;
        }
        state.sleepers += 1;
        let waited = self.arrived.wait_timeout_while(state, up_to, |s| wanting(s) && !s.closed);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.sleepers -= 1;
        state
    }

    /// Takes no more jobs in; those that are in can still be taken.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.room.close();
        self.arrived.notify_all();
    }

    /// Drops what nobody will take any more.
    pub(crate) fn clear(&self) {
        let mut state = self.state();
        state.urgent.clear();
        state.patient.clear();
    }

    fn state(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const AT_ONCE: Waits = Waits { idle: Duration::ZERO, company: Duration::ZERO, rest: Duration::ZERO };

    /// A thread that takes everything once.
    fn taking<J: Send + 'static>(inbox: &Arc<Inbox<J>>, waits: Waits) -> std::thread::JoinHandle<Vec<J>> {
        let inbox = Arc::clone(inbox);
        std::thread::spawn(move || {
            let mut taken = Vec::new();
            inbox.take(&mut taken, waits, |_| false);
            taken
        })
    }

    #[tokio::test]
    async fn what_is_in_before_the_close_is_still_taken() {
        let inbox = Inbox::new(8);
        for job in 0..3 {
            inbox.put(job, Haste::Urgent).await.unwrap();
        }
        inbox.close();
        assert_eq!(inbox.put(3, Haste::Urgent).await, Err(Closed));
        let mut taken = Vec::new();
        assert_eq!(inbox.take(&mut taken, AT_ONCE, |jobs| jobs.len() == 2), Taken::Jobs);
        assert_eq!(inbox.take(&mut taken, AT_ONCE, |_| false), Taken::Jobs);
        assert_eq!(taken, [0, 1, 2]);
        assert_eq!(inbox.take(&mut taken, AT_ONCE, |_| false), Taken::Closed);
    }

    #[tokio::test]
    async fn a_full_queue_makes_its_callers_wait() {
        let inbox = Inbox::new(1);
        inbox.put('a', Haste::Urgent).await.unwrap();
        let mut second = Box::pin(inbox.put('b', Haste::Urgent));
        assert!(
            std::future::poll_fn(|cx| std::task::Poll::Ready(second.as_mut().poll(cx).is_pending())).await
        );
        let mut taken = Vec::new();
        inbox.take(&mut taken, AT_ONCE, |_| false);
        second.await.unwrap();
        inbox.take(&mut taken, AT_ONCE, |_| false);
        assert_eq!(taken, ['a', 'b']);
        assert_eq!(inbox.take(&mut taken, AT_ONCE, |_| false), Taken::Idle);
    }

    #[tokio::test]
    async fn a_patient_job_lets_urgent_ones_go_before_it_once() {
        let inbox = Arc::new(Inbox::new(8));
        inbox.put("patient", Haste::Patient).await.unwrap();
        // Longer than any test may take: only the urgent job can end the wait.
        let hour = Duration::from_hours(1);
        let waits = Waits { idle: hour, company: hour, rest: Duration::from_micros(1) };
        let thread = taking(&inbox, waits);
        inbox.put("urgent", Haste::Urgent).await.unwrap();
        assert_eq!(thread.join().unwrap(), ["urgent"]);
        let mut taken = Vec::new();
        inbox.put("urgent, too", Haste::Urgent).await.unwrap();
        assert_eq!(inbox.take(&mut taken, waits, |_| false), Taken::Jobs);
        assert_eq!(taken, ["patient", "urgent, too"], "it has waited, and waits for no more");
        inbox.put("patient", Haste::Patient).await.unwrap();
        inbox.put("urgent", Haste::Urgent).await.unwrap();
        inbox.take(&mut taken, waits, |_| false);
        inbox.take(&mut taken, waits, |_| false);
        assert_eq!(taken[2..], ["urgent", "patient"], "alone, as soon as the urgent ones are done");
    }

    #[tokio::test]
    async fn urgent_jobs_that_come_while_a_patient_one_rests_go_with_it() {
        let inbox = Arc::new(Inbox::new(8));
        // Longer than any test may take: only the urgent job can end the rest.
        let waits = Waits { rest: Duration::from_hours(1), ..AT_ONCE };
        inbox.put("patient", Haste::Patient).await.unwrap();
        inbox.put("urgent", Haste::Urgent).await.unwrap();
        let mut taken = Vec::new();
        inbox.take(&mut taken, waits, |_| false);
        assert_eq!(taken, ["urgent"]);
        let thread = taking(&inbox, waits);
        inbox.put("urgent, too", Haste::Urgent).await.unwrap();
        assert_eq!(thread.join().unwrap(), ["patient", "urgent, too"]);
    }

    #[tokio::test]
    async fn a_patient_job_is_not_left_behind_by_more_urgent_ones_than_are_taken() {
        let inbox = Inbox::new(8);
        let (mut taken, one) = (Vec::new(), |jobs: &[i32]| jobs.len() % 2 == 1);
        inbox.put(0, Haste::Patient).await.unwrap();
        for urgent in 1..=4 {
            inbox.put(urgent, Haste::Urgent).await.unwrap();
        }
        inbox.take(&mut taken, AT_ONCE, one);
        assert_eq!(taken, [1]);
        taken.clear();
        inbox.take(&mut taken, AT_ONCE, one);
        assert_eq!(taken, [0], "though three urgent ones are there");
    }

    #[tokio::test]
    async fn a_patient_job_goes_alone_after_a_moment_and_at_the_close_at_once() {
        let inbox = Inbox::new(8);
        let mut taken = Vec::new();
        inbox.put(1, Haste::Patient).await.unwrap();
        let waits = Waits { idle: Duration::from_hours(1), company: Duration::from_micros(1), ..AT_ONCE };
        assert_eq!(inbox.take(&mut taken, waits, |_| false), Taken::Jobs);
        inbox.put(2, Haste::Patient).await.unwrap();
        inbox.close();
        let waits = Waits { company: Duration::from_hours(1), ..waits };
        assert_eq!(inbox.take(&mut taken, waits, |_| false), Taken::Jobs);
        assert_eq!(taken, [1, 2]);
    }
}
