//! The timers of a connection. Entering a timer into the runtime's wheel and taking it out again locks the wheel that
//! all connections share; so a connection keeps its timer entered, and each request only moves the time it rings at.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt;
use tokio::time::{Instant, Sleep};

/// Lends a connection's timer to whoever has to wait next. Who finds it lent makes another one.
#[derive(Debug, Clone, Default)]
pub struct Alarms {
    idle: Arc<Mutex<Option<Pin<Box<Sleep>>>>>,
}

/// Ends at its time. A timer that went back with its time to come wakes the connection for nothing, once.
#[derive(Debug)]
pub struct Alarm {
    // Empty only while it is dropped.
    sleep: Option<Pin<Box<Sleep>>>,
    home: Alarms,
}

impl Alarms {
    /// An alarm that ends when `span` is over.
    pub fn after(&self, span: Duration) -> Alarm {
        self.at(Instant::now() + span)
    }

    fn at(&self, deadline: Instant) -> Alarm {
        let idle = self.idle().take();
        let sleep = match idle {
            Some(mut sleep) => {
                sleep.as_mut().reset(deadline);
                sleep
            }
            None => Box::pin(tokio::time::sleep_until(deadline)),
        };
        Alarm { sleep: Some(sleep), home: self.clone() }
    }

    fn idle(&self) -> MutexGuard<'_, Option<Pin<Box<Sleep>>>> {
        // Nothing that can panic is done under the lock.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Future for Alarm {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().poll(context),
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        *self.home.idle() = self.sleep.take();
    }
}

impl rt::Sleep for Alarm {}

impl rt::Timer for Alarms {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(self.after(duration))
    }

    fn sleep_until(&self, deadline: std::time::Instant) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(self.at(deadline.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);
    const LATE: Duration = Duration::from_hours(1);

    #[tokio::test(start_paused = true)]
    async fn the_timer_is_used_again_and_rings_at_the_time_asked_last() {
        let alarms = Alarms::default();
        for wait in [SOON, LATE, SOON, 2 * LATE] {
            let begun = Instant::now();
            alarms.after(wait).await;
            let waited = begun.elapsed();
            assert!(waited >= wait && waited < wait + Duration::from_millis(5), "{waited:?} for {wait:?}");
            // Given back before its time has come.
            let early = alarms.after(SOON);
            assert!(alarms.idle().is_none(), "lent");
            drop(early);
            assert!(alarms.idle().is_some(), "given back");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn two_who_wait_at_once_have_a_timer_each() {
        let alarms = Alarms::default();
        let begun = Instant::now();
        let (soon, late) = (alarms.after(SOON), alarms.after(LATE));
        soon.await;
        assert!(begun.elapsed() < LATE);
        late.await;
        assert!(begun.elapsed() >= LATE);
    }
}
