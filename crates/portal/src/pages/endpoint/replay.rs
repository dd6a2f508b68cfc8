//! `…/endpoints/{endpoint_id}/replay`: sends the messages of a span of time again, after a look at how many they are.

use askama::Template;
use axum::extract::State;
use http::{Method, StatusCode};
use klingel_model::Micros;
use serde_json::{Value, json};

use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::door::{AtEndpoint, Posted, named};
use crate::fault::Fault;
use crate::form::{FieldView, Form, Look, Pick};
use crate::frame::Frame;
use crate::management::{Call, Managed, Refused};
use crate::once::ONCE_FIELD;
use crate::pages::message::instant;
use crate::show::number::grouped;
use crate::show::time::Moment;
use crate::words::Words;

/// Replays that are listed.
const ROWS: usize = 25;
/// Which messages, as the API names them, with the keys of their words.
const WHICH: [(&str, &str); 3] =
    [("failed", "replay-failed"), ("missing", "replay-missing"), ("all", "replay-all")];

#[derive(Debug, Template)]
#[template(path = "endpoint/replay.html")]
struct Page {
    frame: Frame,
    action: String,
    back: String,
    disabled: bool,
    fields: Vec<FieldView>,
    refused: Vec<String>,
    asked: Option<Counted>,
    rows: Vec<Row>,
}

/// A span that was counted, to be confirmed.
#[derive(Debug)]
struct Counted {
    sentence: String,
    none: bool,
    since: String,
    until: String,
    which: String,
    key: String,
}

/// A replay that was begun.
#[derive(Debug)]
struct Row {
    begun: Option<Moment>,
    since: Option<Moment>,
    until: Option<Moment>,
    which: String,
    class: &'static str,
    state: String,
    asked: String,
    cancel: Option<String>,
}

fn path(at: &AtEndpoint, below: &str) -> String {
    format!("/api/v1/app/{}/endpoint/{}/replay{below}", at.tenant.application.id, at.endpoint.id)
}

async fn call(
    portal: &Portal,
    at: &AtEndpoint,
    method: Method,
    below: &str,
    body: Value,
    key: Option<&str>,
) -> Result<Managed, Fault> {
    let path = path(at, below);
    portal.call(at.tenant.environment_id(), Call { method, path: &path, body, idempotency_key: key }).await
}

/// The form, and what was begun before.
pub(super) async fn show(State(portal): State<Portal>, at: AtEndpoint) -> Answer {
    draw(&portal, &at, &Form::default(), None, None).await
}

async fn draw(
    portal: &Portal,
    at: &AtEndpoint,
    form: &Form,
    refused: Option<&Refused>,
    asked: Option<Counted>,
) -> Answer {
    let words = at.tenant.visit.words;
    let listed = call(portal, at, Method::GET, &format!("?limit={ROWS}"), Value::Null, None).await?;
    let listed = listed.map_err(|refused| Fault::Conflict(refused.sentence.unwrap_or_default()))?;
    let href = super::href(at);
    let rows = listed["data"].as_array().into_iter().flatten();
    let rows = rows.map(|replay| row(words, &format!("{href}/replay"), replay)).collect();
    let mut fields = fields(words, form);
    let left = refused.map(|refused| crate::fields::refuse(words, &mut fields, refused));
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        frame: super::frame(portal, at, words.t("replay-title")),
        action: format!("{href}/replay"),
        back: href,
        disabled: at.endpoint.disabled,
        fields,
        refused: left.unwrap_or_default(),
        asked,
        rows,
    };
    page_with(status, &page)
}

fn fields(words: Words, form: &Form) -> Vec<FieldView> {
    let field = |name: &str, key: &str| {
        FieldView::new(name, words.t(key), Look::Text).value(form.one(name).unwrap_or_default())
    };
    let chosen = form.one("which").unwrap_or(WHICH[0].0);
    let pick = |(value, key): (&str, &str)| Pick {
        value: value.to_owned(),
        label: words.t(key),
        chosen: value == chosen,
    };
    vec![
        field("since", "message-since").hint(words.t("message-time-hint")).required(),
        field("until", "message-until").hint(words.t("replay-until-hint")),
        FieldView::new("which", words.t("replay-which"), Look::One(WHICH.map(pick).into())),
    ]
}

fn row(words: Words, action: &str, replay: &Value) -> Row {
    let at =
        |name: &str| replay[name].as_str().and_then(Micros::parse_rfc3339).map(|at| Moment::of(words, at));
    let text = |name: &str| replay[name].as_str().unwrap_or_default();
    let running = text("status") == "running";
    let (class, state) = match text("status") {
        "running" => ("warn", "replay-running"),
        "done" => ("good", "replay-done"),
        _ => ("bad", "replay-canceled"),
    };
    let which = WHICH.iter().find(|(value, _)| *value == text("which"));
    Row {
        begun: at("createdAt"),
        since: at("since"),
        until: at("until"),
        which: which.map(|(_, key)| words.t(key)).unwrap_or_default(),
        class,
        state: words.t(state),
        asked: grouped(words, replay["asked"].as_u64().unwrap_or_default()),
        cancel: running.then(|| format!("{action}/{}/cancel", text("id"))),
    }
}

/// Counts, and asks whether to go on.
pub(super) async fn count(State(portal): State<Portal>, posted: Posted<AtEndpoint>) -> Answer {
    let Posted { seat: at, form, .. } = posted;
    let words = at.tenant.visit.words;
    let now = portal.engine().world().clock.now();
    let span = |name: &str| form.filled(name).map(|text| instant(text).ok_or(()));
    let (since, until) = match (span("since"), span("until").unwrap_or(Ok(now))) {
        (Some(Ok(since)), Ok(until)) => (since.to_rfc3339(), until.to_rfc3339()),
        (since, until) => {
            let wrong = [("since", !matches!(since, Some(Ok(_)))), ("until", until.is_err())];
            let wrong = wrong.into_iter().filter(|(_, wrong)| *wrong);
            let fields = wrong.map(|(name, _)| (name.to_owned(), words.t("message-no-time"))).collect();
            let refused = Refused { status: 422, fields, sentence: None };
            return draw(&portal, &at, &form, Some(&refused), None).await;
        }
    };
    let which = form.filled("which").unwrap_or_default().to_owned();
    let body = json!({"since": since, "until": until, "which": which});
    match call(&portal, &at, Method::POST, "/count", body, None).await? {
        Err(refused) => draw(&portal, &at, &form, Some(&refused), None).await,
        Ok(counted) => {
            let count = counted["count"].as_u64().unwrap_or_default();
            let more = counted["more"] == true;
            let sentence = words.count(if more { "replay-count-more" } else { "replay-count" }, count);
            let key = portal.new_once();
            let asked = Counted { sentence, none: count == 0 && !more, since, until, which, key };
            draw(&portal, &at, &form, None, Some(asked)).await
        }
    }
}

/// Begins it.
pub(super) async fn start(State(portal): State<Portal>, posted: Posted<AtEndpoint>) -> Answer {
    let Posted { seat: at, form, .. } = posted;
    let text = |name: &str| form.filled(name).unwrap_or_default();
    let body = json!({"since": text("since"), "until": text("until"), "which": text("which")});
    let key = form.filled(ONCE_FIELD).ok_or(Fault::Unreadable)?;
    match call(&portal, &at, Method::POST, "", body, Some(key)).await? {
        Err(refused) => draw(&portal, &at, &form, Some(&refused), None).await,
        Ok(begun) => {
            let subject = format!("{} {}", at.endpoint.id, begun["id"].as_str().unwrap_or_default());
            portal.note(&at.tenant, "replay.start", &subject).await?;
            see_other(&format!("{}/replay", super::href(&at)))
        }
    }
}

/// Ends one that is running.
pub(super) async fn cancel(State(portal): State<Portal>, posted: Posted<AtEndpoint>) -> Answer {
    let Posted { seat: at, mut parts, .. } = posted;
    let id = named(&mut parts, "replay_id").await?;
    // An id is letters and digits; anything else would be another path.
    if !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(Fault::NotFound);
    }
    let told = call(&portal, &at, Method::POST, &format!("/{id}/cancel"), Value::Null, None).await?;
    told.map_err(|refused| Fault::Conflict(refused.sentence.unwrap_or_default()))?;
    portal.note(&at.tenant, "replay.cancel", &format!("{} {id}", at.endpoint.id)).await?;
    see_other(&format!("{}/replay", super::href(&at)))
}
