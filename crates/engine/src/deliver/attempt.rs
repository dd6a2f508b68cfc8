//! One attempt: the dialect writes, the transport sends, the dialect reads.

use std::time::Duration;

use bytes::Bytes;
use klingel_model::{AttemptId, ErrorClass, Micros};

use super::dialect::{Sending, Verdict};
use super::transport::{Failure, Response};
use crate::World;
use crate::queue::Launch;

/// An attempt as it happened, not yet judged against the schedule.
#[derive(Debug)]
pub struct Made {
    /// Its id.
    pub id: AttemptId,
    /// 1 for the first attempt of its delivery.
    pub number: u32,
    /// When it began.
    pub started_at: Micros,
    /// How long it took.
    pub duration: Duration,
    /// What came back.
    pub outcome: Result<Response, Failure>,
    /// What the dialect makes of it.
    pub verdict: Verdict,
}

/// Makes an attempt. Bounded by the dialect's time-out and by `timeout_max`; the transport keeps it.
pub async fn make(world: &World, timeout_max: Duration, launch: &Launch) -> Made {
    let (clock, target) = (&world.clock, &launch.target);
    let started_at = clock.now();
    let begun = clock.monotonic();
    let id = AttemptId::new(started_at, &*world.dice);
    let number = launch.waiting.delivery.attempts + 1;
    let sending = Sending {
        message: &launch.waiting.message,
        endpoint: &target.endpoint,
        now: started_at,
        attempt_id: id,
        attempt_number: number,
        trigger: launch.waiting.delivery.key.trigger,
    };
    let written = if launch.waiting.message.payload.is_none() {
        Err("The message's payload has been deleted, so it cannot be sent any more.".to_owned())
    } else {
        target.dialect.write(&sending).map_err(|unsendable| unsendable.0)
    };
    let (outcome, verdict) = match written {
        Ok(mut request) => {
            request.timeout = request.timeout.min(timeout_max);
            let outcome = world.transport.send(request).await;
            let verdict = target.dialect.read(&outcome, clock.now());
            (outcome, verdict)
        }
        Err(sentence) => {
            let class = ErrorClass::Unsendable;
            (Err(Failure { class, sentence, status: 0, body: Bytes::new() }), Verdict::GiveUp)
        }
    };
    let duration = clock.monotonic().saturating_sub(begun);
    Made { id, number, started_at, duration, outcome, verdict }
}

impl Made {
    /// Whether the receiver has the message.
    pub fn delivered(&self) -> bool {
        self.verdict == Verdict::Delivered
    }

    /// Where it failed, if it did.
    pub fn error_class(&self) -> Option<ErrorClass> {
        match &self.outcome {
            _ if self.delivered() => None,
            Ok(_) => Some(ErrorClass::Http),
            Err(failure) => Some(failure.class),
        }
    }

    /// What happened, in a sentence for the endpoint's owner; `None` after a success.
    pub fn sentence(&self) -> Option<Box<str>> {
        match &self.outcome {
            _ if self.delivered() => None,
            Ok(response) => Some(format!("The receiver answered {}.", response.status).into()),
            Err(failure) => Some(failure.sentence.as_str().into()),
        }
    }

    /// Status and kept body of the answer.
    pub fn answer(&self) -> (u16, Bytes) {
        match &self.outcome {
            Ok(response) => (response.status, response.body.clone()),
            Err(failure) => (failure.status, failure.body.clone()),
        }
    }
}
