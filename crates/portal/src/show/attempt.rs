//! Attempts in a line.

use klingel_model::{AppId, Attempt, AttemptId, AttemptStatus, ErrorClass, Trigger};

use super::time::{Moment, span};
use crate::door::base_of;
use crate::words::Words;

/// An attempt as lists show it.
#[derive(Debug, Clone)]
pub(crate) struct AttemptRow {
    /// The attempt.
    pub(crate) id: AttemptId,
    /// Its own page.
    pub(crate) href: String,
    /// When it began.
    pub(crate) at: Moment,
    /// Whether the receiver took it.
    pub(crate) good: bool,
    /// The same in a word.
    pub(crate) outcome: String,
    /// HTTP status, or the step at which it failed.
    pub(crate) answer: String,
    /// How long it took.
    pub(crate) took: String,
    /// Which attempt of its delivery, and why.
    pub(crate) number: String,
    /// The message.
    pub(crate) message_id: String,
    /// The message's page.
    pub(crate) message_href: String,
    /// The endpoint's page.
    pub(crate) endpoint_href: String,
    /// Where it went.
    pub(crate) url: String,
    /// The message's event type, where it is known.
    pub(crate) event_type: String,
}

impl AttemptRow {
    /// A line for this attempt.
    pub(crate) fn of(words: Words, attempt: &Attempt) -> Self {
        let base = base_of(attempt.app_id);
        let message_href = format!("{base}/messages/{}", attempt.message_id);
        let good = attempt.status == AttemptStatus::Success;
        let number = attempt.number.to_string();
        Self {
            id: attempt.id,
            href: format!("{message_href}/attempts/{}", attempt.id),
            at: Moment::of(words, attempt.started_at),
            good,
            outcome: words.t(if good { "attempt-good" } else { "attempt-bad" }),
            answer: answer(words, attempt),
            took: span(words, attempt.duration),
            number: match attempt.trigger {
                Trigger::Schedule => number,
                Trigger::Manual => words.t("attempt-manual"),
            },
            message_id: attempt.message_id.to_string(),
            message_href,
            endpoint_href: endpoint_href(attempt.app_id, attempt),
            url: shown_url(&attempt.url),
            event_type: String::new(),
        }
    }

    /// With the message's event type.
    pub(crate) fn typed(mut self, event_type: &str) -> Self {
        event_type.clone_into(&mut self.event_type);
        self
    }
}

fn endpoint_href(app_id: AppId, attempt: &Attempt) -> String {
    format!("{}/endpoints/{}", base_of(app_id), attempt.endpoint_id)
}

/// HTTP status, or the step at which an attempt failed.
pub(crate) fn answer(words: Words, attempt: &Attempt) -> String {
    match attempt.response_status {
        0 => failure(words, attempt.error_class),
        status => format!("HTTP {status}"),
    }
}

fn failure(words: Words, class: Option<ErrorClass>) -> String {
    words.t(match class {
        Some(ErrorClass::Dns) => "attempt-dns",
        Some(ErrorClass::RefusedAddress) => "attempt-refused-address",
        Some(ErrorClass::Connect) => "attempt-connect",
        Some(ErrorClass::Tls) => "attempt-tls",
        Some(ErrorClass::Timeout) => "attempt-timeout",
        Some(ErrorClass::Http) => "attempt-http",
        Some(ErrorClass::Body) => "attempt-body",
        Some(ErrorClass::Unsendable) => "attempt-unsendable",
        None => "attempt-none",
    })
}

/// A URL without the password in it.
pub(crate) fn shown_url(text: &str) -> String {
    match url::Url::parse(text) {
        Ok(mut url) if url.password().is_some() => {
            // Cannot fail: a URL with a password has a host.
            let _ = url.set_password(Some("***"));
            url.to_string()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown_url;

    #[test]
    fn passwords_in_urls_are_hidden() {
        let shown = shown_url("https://user:hunter2@example.com/a?b=c");
        assert_eq!(shown, "https://user:***@example.com/a?b=c");
        assert_eq!(shown_url("https://example.com/a?b=<c>"), "https://example.com/a?b=<c>");
        assert_eq!(shown_url("no url"), "no url");
    }
}
