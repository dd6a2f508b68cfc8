//! Attempts as lines of a table.

use klingel_model::{Attempt, AttemptStatus, EnvironmentId};

use super::names::Names;
use crate::Portal;
use crate::door::base_of;
use crate::fault::Fault;
use crate::show::attempt::shown_url;
use crate::show::number::grouped;
use crate::show::time::{Moment, span};
use crate::words::Words;

/// An attempt as a line.
#[derive(Debug)]
pub(super) struct AttemptRow {
    pub(super) at: Moment,
    pub(super) delivered: bool,
    /// In a few words: the answer's status, or the step at which it failed.
    pub(super) result: String,
    /// What happened, in a sentence of the server.
    pub(super) error: String,
    pub(super) message: String,
    pub(super) message_href: String,
    pub(super) url: String,
    pub(super) endpoint_href: String,
    pub(super) application: String,
    pub(super) application_href: String,
    pub(super) number: String,
    pub(super) duration: String,
}

/// These attempts, with the names of their applications.
pub(super) async fn rows(
    portal: &Portal,
    words: Words,
    environment_id: EnvironmentId,
    attempts: &[Attempt],
) -> Result<Vec<AttemptRow>, Fault> {
    let mut names = Names::new(portal, environment_id);
    let mut rows = Vec::with_capacity(attempts.len());
    for attempt in attempts {
        let name = names.of(attempt.app_id).await?;
        rows.push(row(words, attempt, name));
    }
    Ok(rows)
}

fn row(words: Words, attempt: &Attempt, application: String) -> AttemptRow {
    let base = base_of(attempt.app_id);
    AttemptRow {
        at: Moment::of(words, attempt.started_at),
        delivered: attempt.status == AttemptStatus::Success,
        result: result(words, attempt),
        error: attempt.error.as_deref().unwrap_or_default().to_owned(),
        message: attempt.message_id.to_string(),
        message_href: format!("{base}/messages/{}", attempt.message_id),
        url: shown_url(&attempt.url),
        endpoint_href: format!("{base}/endpoints/{}", attempt.endpoint_id),
        application,
        application_href: base,
        number: grouped(words, attempt.number.into()),
        duration: span(words, attempt.duration),
    }
}

/// What came of an attempt, in a few words.
fn result(words: Words, attempt: &Attempt) -> String {
    let status = attempt.response_status;
    match (attempt.status, status) {
        (AttemptStatus::Success, 0) => words.t("attempts-delivered"),
        (AttemptStatus::Success, _) => words.fill("attempts-delivered-with", "status", &status.to_string()),
        (AttemptStatus::Fail, 0) => {
            let step = attempt.error_class.map_or("", klingel_model::ErrorClass::as_str);
            words.fill("attempts-failed-at", "step", step)
        }
        (AttemptStatus::Fail, _) => words.fill("attempts-failed-with", "status", &status.to_string()),
    }
}
