//! One attempt: the exact request, and the answer. Values are hidden until somebody asks for them, which is written
//! down; credentials are never shown.

use askama::Template;
use axum::extract::State;
use klingel_engine::Refusal;
use klingel_engine::deliver::Headers;
use klingel_model::{Attempt, Endpoint};
use klingel_store::EndpointRef;

use crate::Portal;
use crate::answer::{Answer, page};
use crate::door::{AtAttempt, Posted};
use crate::fault::Fault;
use crate::frame::{Frame, Tab};
use crate::show::attempt::AttemptRow;
use crate::show::endpoint::title;
use crate::show::payload;
use crate::show::time::Moment;

/// What stands for a value that is not shown.
const HIDDEN: &str = "•••";
/// Parts of the names of headers whose values are credentials.
const CREDENTIALS: [&str; 6] = ["authorization", "cookie", "token", "secret", "password", "key"];

#[derive(Debug, Template)]
#[template(path = "attempt/show.html")]
struct Page {
    frame: Frame,
    href: String,
    row: AttemptRow,
    id: String,
    endpoint: String,
    why: String,
    next_at: Option<Moment>,
    request: Option<Request>,
    lost: String,
    answer: String,
    revealed: bool,
}

#[derive(Debug)]
struct Request {
    headers: Vec<(String, String)>,
    body: String,
    body_title: String,
    certain: bool,
}

/// With values hidden.
pub(super) async fn show(State(portal): State<Portal>, at: AtAttempt) -> Answer {
    draw(&portal, &at, false).await
}

/// With values, as the answer to a form, so that no address leads to it.
pub(super) async fn reveal(State(portal): State<Portal>, posted: Posted<AtAttempt>) -> Answer {
    portal.note(&posted.seat.tenant, "attempt.reveal", &posted.seat.attempt.id.to_string()).await?;
    draw(&portal, &posted.seat, true).await
}

async fn draw(portal: &Portal, at: &AtAttempt, revealed: bool) -> Answer {
    let AtAttempt { tenant, message, attempt } = at;
    let words = tenant.visit.words;
    let reader = portal.engine().reader();
    let endpoint = reader.endpoint(tenant.application.id, EndpointRef::Id(attempt.endpoint_id)).await?;
    let written = match &endpoint {
        Some(endpoint) => request(portal, at, endpoint, revealed).await?,
        None => Err(words.t("attempt-endpoint-gone")),
    };
    let (request, lost) = match written {
        Ok(request) => (Some(request), String::new()),
        Err(why) => (None, why),
    };
    let messages = format!("{}/messages", tenant.base());
    let message_href = format!("{messages}/{}", message.id);
    let frame = Frame::tenant(portal, tenant, &Tab::Attempts, words.t("attempt-title"))
        .below(messages, words.t("tab-messages"))
        .below(message_href, message.event_type.to_string());
    let row = AttemptRow::of(words, attempt).typed(message.event_type.as_str());
    let description = portal.description(&tenant.application.dialect);
    page(&Page {
        href: row.href.clone(),
        row,
        id: attempt.id.to_string(),
        endpoint: endpoint.as_ref().map(|endpoint| title(&description, endpoint)).unwrap_or_default(),
        why: attempt.error.as_deref().unwrap_or_default().to_owned(),
        next_at: attempt.next_attempt_at.map(|at| Moment::of(words, at)),
        request,
        lost,
        answer: answer(attempt, revealed),
        revealed,
        frame,
    })
}

fn answer(attempt: &Attempt, revealed: bool) -> String {
    match (&attempt.response_body, revealed) {
        (body, _) if body.is_empty() => String::new(),
        (body, true) => payload::revealed(body),
        (body, false) => payload::masked(body),
    }
}

/// The request, or why it cannot be shown any more.
async fn request(
    portal: &Portal,
    at: &AtAttempt,
    endpoint: &Endpoint,
    revealed: bool,
) -> Result<Result<Request, String>, Fault> {
    let rewritten = match portal.engine().rewrite(&at.attempt, &at.message, endpoint).await {
        Ok(rewritten) => rewritten,
        Err(Refusal::Conflict(why)) => return Ok(Err(why)),
        Err(refusal) => return Err(refusal.into()),
    };
    let body = &rewritten.request.body;
    Ok(Ok(Request {
        headers: headers(&rewritten.request.headers, endpoint, revealed),
        body: if revealed { payload::revealed(body) } else { payload::masked(body) },
        body_title: at.tenant.visit.words.count("attempt-body-bytes", body.len()),
        certain: rewritten.certain,
    }))
}

fn headers(headers: &Headers, endpoint: &Endpoint, revealed: bool) -> Vec<(String, String)> {
    let shown = |name: &str, value: &str| {
        // `idempotency-key` and its like are no credentials, and are what people look for.
        let credential = CREDENTIALS.iter().any(|part| name.contains(part)) && !name.contains("idempotency");
        let own = endpoint.headers.contains_key(name);
        let hidden = credential || (!revealed && (own || name.contains("signature")));
        if hidden { HIDDEN.to_owned() } else { value.to_owned() }
    };
    let pairs = headers.iter().map(|(name, value)| {
        let (name, value) = (String::from_utf8_lossy(name), String::from_utf8_lossy(value));
        let value = shown(&name, &value);
        (name.into_owned(), value)
    });
    let host = url::Url::parse(&endpoint.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.map(|host| ("host".to_owned(), host)).into_iter().chain(pairs).collect()
}
