//! `/portal/apps/{app_id}/inspector/rows/{number}`: one request, as a piece of the page.

use askama::Template;
use axum::extract::{Path, State};

use crate::Portal;
use crate::answer::{Answer, page};
use crate::door::Tenant;
use crate::fault::Fault;
use crate::inspector::Verdict;
use crate::inspector::kept::Seen;
use crate::show::number::grouped;
use crate::show::payload;
use crate::show::time::{Moment, span};
use crate::words::Words;

/// A request as it is drawn.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: u64,
    pub(super) at: Moment,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) size: String,
    /// Whether only the body's beginning is kept.
    pub(super) cut: bool,
    /// `good`, `bad`, `warn` or empty, as in the style sheet.
    pub(super) mood: &'static str,
    pub(super) verdict: String,
    pub(super) explained: String,
    pub(super) answered: String,
}

#[derive(Debug, Template)]
#[template(path = "inspector/row.html")]
struct Piece {
    w: Words,
    r: Row,
}

/// The row, for a page that was told of it.
pub(crate) async fn row(
    State(portal): State<Portal>,
    tenant: Tenant,
    Path((_, number)): Path<(String, u64)>,
) -> Answer {
    let seen = portal.inspector().fresh().one(tenant.application.id, number).ok_or(Fault::NotFound)?;
    let words = tenant.visit.words;
    page(&Piece { w: words, r: Row::of(words, &seen) })
}

impl Row {
    pub(super) fn of(words: Words, seen: &Seen) -> Self {
        let (mood, verdict, explained) = judged(words, &seen.verdict);
        Self {
            number: seen.number,
            at: Moment::of(words, seen.at),
            method: seen.method.clone(),
            path: seen.path.clone(),
            headers: seen.headers.clone(),
            body: payload::revealed(&seen.body),
            size: format!("{} B", grouped(words, seen.body_bytes as u64)),
            cut: seen.body.len() < seen.body_bytes,
            mood,
            verdict,
            explained,
            answered: seen.answered.to_string(),
        }
    }
}

fn judged(words: Words, verdict: &Verdict) -> (&'static str, String, String) {
    let (mood, title, explained) = match verdict {
        Verdict::Genuine(_) => ("good", "inspector-genuine", "inspector-genuine-help"),
        Verdict::Stale(..) => ("warn", "inspector-stale", "inspector-stale-help"),
        Verdict::Wrong => ("bad", "inspector-wrong", "inspector-wrong-help"),
        Verdict::Missing => ("bad", "inspector-missing", "inspector-missing-help"),
        Verdict::NoSecret => ("", "inspector-no-secret", "inspector-no-secret-help"),
        Verdict::Unsigned => ("", "inspector-unsigned", "inspector-unsigned-help"),
        Verdict::NoEndpoint => ("", "inspector-no-endpoint", "inspector-no-endpoint-help"),
        Verdict::TooLong => ("warn", "inspector-too-long", "inspector-too-long-help"),
        Verdict::Unavailable => ("warn", "inspector-unavailable", "inspector-unavailable-help"),
    };
    let explained = match verdict {
        Verdict::Genuine(endpoint) => words.fill(explained, "endpoint", endpoint),
        Verdict::Stale(endpoint, distance) => {
            words.with(explained, &[("endpoint", endpoint), ("distance", &span(words, *distance))])
        }
        _ => words.t(explained),
    };
    (mood, words.t(title), explained)
}
