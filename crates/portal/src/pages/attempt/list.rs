//! `/portal/apps/{app_id}/attempts`: the attempts of an application.

use askama::Template;
use axum::extract::State;
use klingel_model::AttemptStatus;
use klingel_store::overview::AttemptPlace;
use klingel_store::{AttemptFilter, EndpointRef, Order, Page as ListPage};

use crate::Portal;
use crate::answer::{Answer, page};
use crate::asked::Asked;
use crate::door::Tenant;
use crate::fault::Fault;
use crate::form::{FieldView, Look, Pick};
use crate::frame::{Frame, Tab};
use crate::show::attempt::AttemptRow;
use crate::words::Words;

/// Attempts of one page.
pub(super) const ROWS: usize = 25;
/// The status that only failed attempts have, in the address.
const FAILED: &str = "fail";
/// The status that only successful attempts have, in the address.
const DELIVERED: &str = "success";

#[derive(Debug, Template)]
#[template(path = "attempt/list.html")]
struct Page {
    frame: Frame,
    fields: Vec<FieldView>,
    rows: Vec<AttemptRow>,
    searched: bool,
    /// Where the stream of its news is; empty: it is not the first page.
    live: String,
    next: Option<String>,
    /// Whether the search stopped before the page was full.
    cut: bool,
}

/// The list, newest first.
pub(super) async fn show(State(portal): State<Portal>, tenant: Tenant, asked: Asked) -> Answer {
    let words = tenant.visit.words;
    let filter = filter(&portal, &tenant, &asked).await?;
    let after = asked.one("after").and_then(place);
    let wanted = ListPage { limit: ROWS, after, order: Order::Descending };
    let reader = portal.engine().reader();
    let app_id = Some(tenant.application.id);
    let found = reader.attempts_of_environment(tenant.environment_id(), app_id, wanted, filter).await?;
    let mut rows = Vec::with_capacity(found.items.len());
    for attempt in &found.items {
        let event_type = super::event_type(&portal, attempt).await?;
        rows.push(AttemptRow::of(words, attempt).typed(&event_type));
    }
    let frame = Frame::tenant(&portal, &tenant, &Tab::Attempts, words.t("tab-attempts"));
    let status = asked.one("status").unwrap_or_default();
    let endpoint = asked.one("endpoint").unwrap_or_default();
    let live = match after {
        None => {
            let asked = [("endpoints", "true"), ("status", status), ("endpoint", endpoint)];
            super::live::address(&tenant.base(), &rows, &asked)
        }
        Some(_) => String::new(),
    };
    page(&Page {
        fields: fields(words, status, endpoint),
        live,
        searched: asked.any(&["status", "endpoint"]),
        cut: found.resume.is_some() && rows.len() < ROWS,
        next: found.resume.map(|(message, attempt)| {
            asked.onward(&format!("{}/attempts", tenant.base()), "after", &format!("{message}.{attempt}"))
        }),
        rows,
        frame,
    })
}

fn place(text: &str) -> Option<AttemptPlace> {
    let (message, attempt) = text.split_once('.')?;
    Some((message.parse().ok()?, attempt.parse().ok()?))
}

pub(super) async fn filter(portal: &Portal, tenant: &Tenant, asked: &Asked) -> Result<AttemptFilter, Fault> {
    let mut filter = AttemptFilter {
        status: match asked.one("status") {
            Some(FAILED) => Some(AttemptStatus::Fail),
            Some(DELIVERED) => Some(AttemptStatus::Success),
            _ => None,
        },
        ..AttemptFilter::default()
    };
    if let Some(text) = asked.one("endpoint") {
        let id = text.parse().map_err(|_| Fault::NotFound)?;
        let reader = portal.engine().reader();
        let found = reader.endpoint(tenant.application.id, EndpointRef::Id(id)).await?;
        filter.endpoint_id = Some(found.ok_or(Fault::NotFound)?.id);
    }
    Ok(filter)
}

fn fields(words: Words, status: &str, endpoint: &str) -> Vec<FieldView> {
    let pick = |value: &str, key: &str| Pick {
        value: value.to_owned(),
        label: words.t(key),
        chosen: value == status,
    };
    let picks =
        vec![pick("", "attempt-any"), pick(FAILED, "attempt-failed"), pick(DELIVERED, "attempt-delivered")];
    vec![
        FieldView::new("status", words.t("attempt-outcome"), Look::One(picks)),
        FieldView::new("endpoint", words.t("attempt-endpoint-id"), Look::Text).value(endpoint),
    ]
}
