//! Station 5: settle. An attempt becomes a row, its delivery ends or is due again, and the endpoint's health changes.

pub mod tally;

use std::sync::Arc;
use std::time::Duration;

use klingel_model::{Attempt, AttemptStatus, Dice, ErrorClass, Micros, Trigger};
use klingel_store::{HealthChange, Outcome, Settlement};

use crate::deliver::{Made, Verdict};
use crate::queue::Launch;
use crate::settings::Settings;
#[cfg(test)]
use crate::simulation::planted::{self, Bug};

/// What is to be recorded, and what the lane has to know at once.
#[derive(Debug)]
pub struct Decision {
    /// For the store.
    pub settlement: Settlement,
    /// Nothing else goes to the endpoint for this long.
    pub pause: Option<Duration>,
}

/// Judges an attempt against schedule and health. `now` is its end.
pub fn decide(made: &Made, launch: &Launch, settings: &Settings, dice: &dyn Dice, now: Micros) -> Decision {
    let trigger = launch.waiting.delivery.key.trigger;
    let (outcome, pause) = match &made.verdict {
        Verdict::Delivered => (Outcome::Delivered, None),
        Verdict::GiveUp | Verdict::Disable(_) => (Outcome::GivenUp, None),
        Verdict::Retry { not_before, slow_down } => {
            let not_before = not_before.map(|at| at.min(now.plus(settings.retry_after_max)));
            let pause = slow_down.then(|| not_before.map_or(settings.breaker_wait_min, |at| at.since(now)));
            (retry(made.number, trigger, launch, settings, dice, now, not_before), pause)
        }
    };
    let health = health_change(made, launch, settings, now);
    let settlement = Settlement {
        key: launch.waiting.delivery.key,
        outcome,
        health,
        attempt: Some(attempt_row(made, launch, retry_at(outcome))),
    };
    Decision { settlement, pause }
}

/// A delivery asked for by hand has one attempt: its failure is its answer, and the schedule stands beside it.
fn retry(
    number: u32,
    trigger: Trigger,
    launch: &Launch,
    settings: &Settings,
    dice: &dyn Dice,
    now: Micros,
    not_before: Option<Micros>,
) -> Outcome {
    if trigger == Trigger::Manual {
        return Outcome::GivenUp;
    }
    #[cfg(test)]
    if planted::is(Bug::GivesUpEarly) {
        return Outcome::GivenUp;
    }
    match launch.target.schedule.wait_after(number, settings.retry_jitter, dice) {
        Some(wait) => Outcome::Retry(now.plus(wait).max(not_before.unwrap_or_default())),
        None => Outcome::GivenUp,
    }
}

fn health_change(made: &Made, launch: &Launch, settings: &Settings, now: Micros) -> Option<HealthChange> {
    if made.delivered() {
        return launch.health.succeeded().then_some(HealthChange::Recovered);
    }
    if made.error_class() == Some(ErrorClass::Unsendable) {
        return None; // Says nothing of the endpoint.
    }
    let (since, first) = launch.health.failed(now);
    if let Verdict::Disable(reason) = &made.verdict {
        return Some(HealthChange::Disabled { failing_since: since, at: now, reason: reason.clone() });
    }
    if now.since(since) >= settings.endpoint_failing_max {
        let last = made.sentence().unwrap_or_default();
        let reason = format!(
            "Every attempt since {} has failed, longer than endpoint_failing_max allows ({} h). The last one: {last}",
            since.to_rfc3339(),
            settings.endpoint_failing_max.as_secs() / 3600,
        );
        return Some(HealthChange::Disabled { failing_since: since, at: now, reason });
    }
    first.then_some(HealthChange::FailingSince(since))
}

fn retry_at(outcome: Outcome) -> Option<Micros> {
    match outcome {
        Outcome::Retry(at) => Some(at),
        Outcome::Delivered | Outcome::GivenUp | Outcome::Dropped => None,
    }
}

/// The row of an attempt that is tried again at `next_attempt_at`, if at all.
pub(crate) fn attempt_row(made: &Made, launch: &Launch, next_attempt_at: Option<Micros>) -> Attempt {
    let (response_status, response_body) = made.answer();
    Attempt {
        id: made.id,
        app_id: launch.waiting.message.app_id,
        message_id: launch.waiting.message.id,
        endpoint_id: launch.target.endpoint.id,
        url: Arc::clone(&launch.target.endpoint.url),
        number: made.number,
        trigger: launch.waiting.delivery.key.trigger,
        started_at: made.started_at,
        duration: made.duration,
        status: if made.delivered() { AttemptStatus::Success } else { AttemptStatus::Fail },
        response_status,
        response_body,
        error_class: made.error_class(),
        error: made.sentence(),
        next_attempt_at,
    }
}

#[cfg(test)]
mod tests;
