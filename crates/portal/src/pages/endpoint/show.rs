//! `/portal/apps/{app_id}/endpoints/{endpoint_id}`: an endpoint, how it does, and its last requests.

use askama::Template;
use axum::extract::State;
use klingel_model::{AttemptId, AttemptStatus, MessageId};
use klingel_store::StatOwner;

use super::{log, test};
use crate::Portal;
use crate::answer::{Answer, page};
use crate::asked::Asked;
use crate::door::AtEndpoint;
use crate::fault::Fault;
use crate::fields::{filter, waits};
use crate::form::{FieldView, Look, Pick};
use crate::frame::Frame;
use crate::show::attempt::{AttemptRow, shown_url};
use crate::show::endpoint::{State as Doing, facts, state, title, wants};
use crate::show::number::grouped;
use crate::show::payload;
use crate::show::summary::Summary;
use crate::show::time::Moment;
use crate::words::Words;

/// Requests that are shown, where the vendor's own log does not say how many.
const LOG_ROWS: usize = 10;
/// Waiting deliveries that are counted.
const WAITING_MAX: u64 = 10_000;
/// Hours for which an old secret can go on signing.
const GRACE_HOURS_MAX: i64 = 168;

#[derive(Debug, Template)]
#[template(path = "endpoint/show.html")]
struct Page {
    frame: Frame,
    href: String,
    id: String,
    url: String,
    state: Doing,
    facts: Vec<(String, String)>,
    wants: String,
    waiting: String,
    oldest_due: Option<Moment>,
    created: Moment,
    changed: Moment,
    signs: bool,
    has_secret: bool,
    key: String,
    rotation: Vec<FieldView>,
    own_test: Option<FieldView>,
    picks: Vec<Pick>,
    tested: Option<Tested>,
    summary: Summary,
    log_title: String,
    log: Vec<AttemptRow>,
    more: bool,
}

#[derive(Debug)]
struct Tested {
    row: AttemptRow,
    why: String,
    answer: String,
}

/// The page.
pub(super) async fn show(State(portal): State<Portal>, at: AtEndpoint, asked: Asked) -> Answer {
    let words = at.tenant.visit.words;
    let description = super::description(&portal, &at.tenant);
    let known = super::known(&portal, &at.tenant, &description).await?;
    let reader = portal.engine().reader();
    let backlog = reader.waiting_of(at.endpoint.id, WAITING_MAX).await?;
    let (log, resume) =
        log::rows(&portal, &at, None, false, description.log_rows.unwrap_or(LOG_ROWS)).await?;
    let href = super::href(&at);
    let owner = StatOwner::Endpoint(at.endpoint.id);
    let summary = Summary::read(&portal, words, owner, &href, &asked).await?;
    let list = format!("{}/endpoints", at.tenant.base());
    let title = title(&description, &at.endpoint);
    let frame = Frame::tenant(&portal, &at.tenant, &crate::frame::Tab::Endpoints, title)
        .below(list, crate::frame::endpoints_word(words, &description));
    let mut facts = facts(words, &description, &at.endpoint, &known);
    facts.extend(general(words, &at));
    let plus = if backlog.more { "+" } else { "" };
    page(&Page {
        href,
        id: at.endpoint.id.to_string(),
        url: shown_url(&at.endpoint.url),
        state: state(words, &at.endpoint),
        wants: wants(words, &description, &at.endpoint, &known),
        facts,
        waiting: format!("{}{plus}", grouped(words, backlog.waiting)),
        oldest_due: backlog.oldest_due.map(|at| Moment::of(words, at)),
        created: Moment::of(words, at.endpoint.created_at),
        changed: Moment::of(words, at.endpoint.updated_at),
        signs: description.signs,
        has_secret: !at.endpoint.secrets.is_empty(),
        key: portal.new_once(),
        rotation: rotation_fields(words),
        own_test: test::own(&portal, &at),
        picks: test::picks(&portal, &at).await?,
        tested: tested(&portal, &at, &asked).await?,
        log_title: log::title(words, &description),
        more: resume.is_some(),
        summary,
        log,
        frame,
    })
}

/// What is filled in when a secret is replaced.
pub(super) fn rotation_fields(words: Words) -> Vec<FieldView> {
    vec![
        FieldView::new("secret.new", words.t("secret-new"), Look::Secret).hint(words.t("secret-new-hint")),
        FieldView::new("secret.grace", words.t("secret-grace"), Look::Number(0, GRACE_HOURS_MAX)).value("24"),
    ]
}

fn general(words: Words, at: &AtEndpoint) -> Vec<(String, String)> {
    let endpoint = &at.endpoint;
    let mut facts = Vec::new();
    let mut fact = |key: &str, value: Option<String>| facts.extend(value.map(|value| (words.t(key), value)));
    let channels = endpoint.channels.as_ref();
    fact(
        "endpoint-channels",
        channels.map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    );
    fact("endpoint-filter", endpoint.filter_json.as_deref().map(|text| filter_text(words, text)));
    fact("endpoint-rate", endpoint.rate_limit_per_s.map(|rate| rate.to_string()));
    fact("endpoint-in-flight", Some(endpoint.max_in_flight.to_string()));
    let schedule = endpoint.retry_schedule.as_ref().map(|schedule| {
        let seconds: Vec<serde_json::Value> = schedule.delays().map(|wait| wait.as_secs().into()).collect();
        if seconds.is_empty() { words.t("endpoint-retry-never") } else { waits::shown(&seconds) }
    });
    fact("endpoint-waits", schedule);
    let headers: Vec<&str> = endpoint.headers.keys().map(String::as_str).collect();
    fact("headers-title", (!headers.is_empty()).then(|| headers.join(", ")));
    fact("endpoint-uid", endpoint.uid.as_ref().map(ToString::to_string));
    facts
}

fn filter_text(words: Words, text: &str) -> String {
    let document = serde_json::from_str(text).unwrap_or_default();
    match filter::shape_of(&document) {
        filter::Shape::Rows(any, rows) => {
            let combine = words.t(if any { "filter-any" } else { "filter-all" });
            let rows: Vec<String> = rows.iter().map(|row| filter::row_text(words, row)).collect();
            format!("{combine}: {}", rows.join("; "))
        }
        filter::Shape::Json(_) => text.to_owned(),
    }
}

async fn tested(portal: &Portal, at: &AtEndpoint, asked: &Asked) -> Result<Option<Tested>, Fault> {
    let message_id = asked.one("message").and_then(|text| text.parse::<MessageId>().ok());
    let attempt_id = asked.one("attempt").and_then(|text| text.parse::<AttemptId>().ok());
    let Some((message_id, attempt_id)) = message_id.zip(attempt_id) else { return Ok(None) };
    let reader = portal.engine().reader();
    let found = reader.attempt(at.tenant.application.id, message_id, attempt_id).await?;
    let words = at.tenant.visit.words;
    // An attempt to another endpoint is no test of this one.
    let Some(attempt) = found.filter(|attempt| attempt.endpoint_id == at.endpoint.id) else {
        return Ok(None);
    };
    // Who tests wants to see the answer, so it is not hidden; that it was seen stands in the log all the same.
    let reveals = at.tenant.visit.may_write();
    if reveals {
        portal.note(&at.tenant, "answer.reveal", &attempt.id.to_string()).await?;
    }
    let body = &attempt.response_body;
    Ok(Some(Tested {
        row: AttemptRow::of(words, &attempt),
        why: match attempt.status {
            AttemptStatus::Success => String::new(),
            AttemptStatus::Fail => attempt.error.as_deref().unwrap_or_default().to_owned(),
        },
        answer: match (body.is_empty(), reveals) {
            (true, _) => words.t("attempt-empty"),
            (false, true) => payload::revealed(body),
            (false, false) => payload::masked(body),
        },
    }))
}
