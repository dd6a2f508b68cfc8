//! `…/endpoints/{endpoint_id}/log`: the requests to an endpoint, newest first.

use askama::Template;
use axum::extract::State;
use klingel_engine::deliver::description::Description;
use klingel_model::{AttemptId, AttemptStatus};
use klingel_store::{AttemptFilter, Order, Page as ListPage};

use super::super::attempt::live;
use crate::Portal;
use crate::answer::{Answer, page};
use crate::asked::Asked;
use crate::door::AtEndpoint;
use crate::fault::Fault;
use crate::frame::Frame;
use crate::show::attempt::AttemptRow;
use crate::words::Words;

/// Requests of one page, where the vendor's own log does not say how many it shows.
const ROWS: usize = 25;
/// Requests that stay on a page to which new ones come by themselves, unless the vendor says so, too.
const LIVE_ROWS_MAX: usize = 100;

#[derive(Debug, Template)]
#[template(path = "endpoint/log.html")]
struct Page {
    frame: Frame,
    rows: Vec<AttemptRow>,
    live_rows_max: usize,
    failed_only: bool,
    /// Where the stream of its news is; empty: it is not the first page.
    live: String,
    all_href: String,
    failed_href: String,
    next: Option<String>,
    /// Whether the search stopped before the page was full.
    cut: bool,
}

/// A page of the log.
pub(super) async fn show(State(portal): State<Portal>, at: AtEndpoint, asked: Asked) -> Answer {
    let after = asked.one("after").and_then(|text| text.parse().ok());
    let failed_only = asked.one("status") == Some("fail");
    let description = super::description(&portal, &at.tenant);
    let rows_max = description.log_rows.unwrap_or(ROWS);
    let (rows, resume) = rows(&portal, &at, after, failed_only, rows_max).await?;
    let words = at.tenant.visit.words;
    let href = format!("{}/log", super::href(&at));
    let live = match after {
        None => {
            let (status, endpoint) = (if failed_only { "fail" } else { "" }, at.endpoint.id.to_string());
            live::address(&at.tenant.base(), &rows, &[("status", status), ("endpoint", &endpoint)])
        }
        Some(_) => String::new(),
    };
    let kept = if failed_only { "status=fail&" } else { "" };
    page(&Page {
        frame: super::frame(&portal, &at, title(words, &description)),
        live_rows_max: description.log_rows.unwrap_or(LIVE_ROWS_MAX),
        cut: resume.is_some() && rows.len() < rows_max,
        rows,
        live,
        failed_only,
        failed_href: format!("{href}?status=fail"),
        next: resume.map(|id| format!("{href}?{kept}after={id}")),
        all_href: href,
    })
}

/// What the log is called: where the vendor's shows so many requests, it says how many.
pub(super) fn title(words: Words, description: &Description) -> String {
    match description.log_rows {
        Some(rows) => words.fill("endpoint-log-last", "number", &rows.to_string()),
        None => words.t("endpoint-log"),
    }
}

/// Requests behind this one.
pub(super) async fn rows(
    portal: &Portal,
    at: &AtEndpoint,
    after: Option<AttemptId>,
    failed_only: bool,
    limit: usize,
) -> Result<(Vec<AttemptRow>, Option<AttemptId>), Fault> {
    let wanted = ListPage { limit, after, order: Order::Descending };
    let filter =
        AttemptFilter { status: failed_only.then_some(AttemptStatus::Fail), ..AttemptFilter::default() };
    let reader = portal.engine().reader();
    let app_id = at.tenant.application.id;
    let found = reader.attempts_of_endpoint(app_id, at.endpoint.id, wanted, filter).await?;
    let mut rows = Vec::with_capacity(found.items.len());
    for attempt in &found.items {
        let event_type = super::super::attempt::event_type(portal, attempt).await?;
        rows.push(AttemptRow::of(at.tenant.visit.words, attempt).typed(&event_type));
    }
    Ok((rows, found.resume))
}
