//! Table of decisions.

use std::time::Duration;

use bytes::Bytes;
use klingel_model::{AttemptId, ErrorClass, Micros, RetrySchedule, Trigger};
use klingel_store::{HealthChange, Outcome};

use super::decide;
use crate::deliver::{Failure, Headers, Made, Response, Verdict};
use crate::queue::{LaneHealth, Launch};
use crate::settings::Settings;
use crate::tests::{Fixed, endpoint, target_of, waiting};

const NOW: Micros = Micros::from_unix_us(1_700_000_000_000_000);

fn made(number: u32, status: u16, verdict: Verdict) -> Made {
    let outcome = if status == 0 {
        Err(Failure {
            class: ErrorClass::Connect,
            sentence: "No connection.".to_owned(),
            status: 0,
            body: Bytes::new(),
        })
    } else {
        Ok(Response { status, headers: Headers::new(), body: Bytes::from_static(b"ok") })
    };
    let id = AttemptId::new(NOW, &Fixed(1));
    Made { id, number, started_at: NOW, duration: Duration::from_millis(3), outcome, verdict }
}

fn launch(trigger: Trigger, failing_since: Option<Micros>) -> Launch {
    let mut endpoint = endpoint(1);
    endpoint.retry_schedule = Some(RetrySchedule::new([Duration::from_secs(10)]).unwrap());
    Launch {
        target: target_of(endpoint).into(),
        waiting: waiting(1, 7, trigger),
        health: LaneHealth::new(failing_since).into(),
    }
}

fn settings() -> Settings {
    Settings { retry_jitter: klingel_model::Jitter { percent: 0 }, ..Settings::default() }
}

const RETRY: Verdict = Verdict::Retry { not_before: None, slow_down: false };

#[test]
fn success_settles_and_recovers() {
    let launch = launch(Trigger::Schedule, Some(NOW.minus(Duration::from_secs(9))));
    let decision = decide(&made(1, 200, Verdict::Delivered), &launch, &settings(), &Fixed(1), NOW);
    assert_eq!(decision.settlement.outcome, Outcome::Delivered);
    assert_eq!(decision.settlement.health, Some(HealthChange::Recovered));
    let again = decide(&made(1, 200, Verdict::Delivered), &launch, &settings(), &Fixed(1), NOW);
    assert_eq!(again.settlement.health, None, "recovers once");
    assert_eq!(again.settlement.attempt.unwrap().error, None);
}

#[test]
fn failure_retries_by_the_schedule_and_then_gives_up() {
    let launch = launch(Trigger::Schedule, None);
    let first = decide(&made(1, 500, RETRY), &launch, &settings(), &Fixed(1), NOW);
    let due = NOW.plus(Duration::from_secs(10));
    assert_eq!(first.settlement.outcome, Outcome::Retry(due));
    assert_eq!(first.settlement.health, Some(HealthChange::FailingSince(NOW)));
    let attempt = first.settlement.attempt.unwrap();
    assert_eq!((attempt.error_class, attempt.next_attempt_at), (Some(ErrorClass::Http), Some(due)));
    assert_eq!(attempt.error.as_deref(), Some("The receiver answered 500."));
    let second = decide(&made(2, 500, RETRY), &launch, &settings(), &Fixed(1), NOW);
    assert_eq!(second.settlement.outcome, Outcome::GivenUp);
    assert_eq!(second.settlement.health, None, "failing since is said once");
}

#[test]
fn a_manual_delivery_has_one_attempt() {
    let launch = launch(Trigger::Manual, None);
    let decision = decide(&made(1, 500, RETRY), &launch, &settings(), &Fixed(1), NOW);
    assert_eq!(decision.settlement.outcome, Outcome::GivenUp);
}

#[test]
fn retry_after_is_honoured_in_full_and_pauses_the_endpoint() {
    let launch = launch(Trigger::Schedule, None);
    let at = NOW.plus(Duration::from_hours(3));
    let verdict = Verdict::Retry { not_before: Some(at), slow_down: true };
    let decision = decide(&made(1, 429, verdict), &launch, &settings(), &Fixed(1), NOW);
    assert_eq!(decision.settlement.outcome, Outcome::Retry(at));
    assert_eq!(decision.pause, Some(Duration::from_hours(3)));
    let far = Verdict::Retry { not_before: Some(NOW.plus(Duration::from_hours(1000))), slow_down: true };
    let decision = decide(&made(1, 503, far), &launch, &settings(), &Fixed(1), NOW);
    assert_eq!(decision.settlement.outcome, Outcome::Retry(NOW.plus(Duration::from_hours(24))));
}

#[test]
fn gone_disables_at_once_and_five_days_of_failures_do_too() {
    let gone = launch(Trigger::Schedule, None);
    let verdict = Verdict::Disable("Gone.".to_owned());
    let decision = decide(&made(1, 410, verdict), &gone, &settings(), &Fixed(1), NOW);
    assert_eq!(decision.settlement.outcome, Outcome::GivenUp);
    let Some(HealthChange::Disabled { reason, at, .. }) = decision.settlement.health else {
        panic!("not disabled")
    };
    assert_eq!((reason.as_str(), at), ("Gone.", NOW));

    let since = NOW.minus(Duration::from_hours(5 * 24));
    let long = launch(Trigger::Schedule, Some(since));
    let decision = decide(&made(1, 0, RETRY), &long, &settings(), &Fixed(1), NOW);
    let Some(HealthChange::Disabled { reason, failing_since, .. }) = decision.settlement.health else {
        panic!("not disabled")
    };
    assert_eq!(failing_since, since);
    assert!(reason.contains("2023-11-09T22:13:20") && reason.contains("No connection."), "{reason}");
    assert!(matches!(decision.settlement.outcome, Outcome::Retry(_)), "what is owed stays owed");

    let nearly = launch(Trigger::Schedule, Some(since.plus(Duration::from_secs(1))));
    let decision = decide(&made(1, 0, RETRY), &nearly, &settings(), &Fixed(1), NOW);
    assert_eq!(decision.settlement.health, None);
}
