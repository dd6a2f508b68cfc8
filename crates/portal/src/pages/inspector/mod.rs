//! `/portal/apps/{app_id}/inspector`: what came to the application's receiving address.

use askama::Template;
use axum::extract::{Query, State};
use http::StatusCode;

use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::door::{Posted, Tenant};
use crate::form::{FieldView, Look};
use crate::frame::{Frame, Tab};
use crate::inspector::PATH;
use crate::inspector::kept::{KEPT_FOR, REQUESTS_PER_APPLICATION_MAX};
use crate::words::Words;

mod answer;
mod live;
mod row;

pub(crate) use answer::answer;
pub(crate) use live::live;
pub(crate) use row::row;

use answer::Filled;
use row::Row;

#[derive(Debug, Template)]
#[template(path = "inspector/page.html")]
struct Page {
    frame: Frame,
    base: String,
    /// The receiving address; empty: there is none yet.
    address: String,
    /// Where an endpoint with that address is made.
    new_endpoint: String,
    curl: String,
    bounds: String,
    rows: Vec<Row>,
    live: String,
    fields: Vec<FieldView>,
    refused: bool,
}

/// The page.
pub(crate) async fn show(State(portal): State<Portal>, tenant: Tenant) -> Answer {
    let choice = portal.inspector().fresh().choice(tenant.application.id);
    draw(&portal, &tenant, &Filled::of(&choice), StatusCode::OK).await
}

async fn draw(portal: &Portal, tenant: &Tenant, filled: &Filled, status: StatusCode) -> Answer {
    let words = tenant.visit.words;
    let frame = Frame::tenant(portal, tenant, &Tab::Inspector, words.t("tab-inspector"));
    let address = portal.receiving_address(tenant).await?.unwrap_or_default();
    let seen = portal.inspector().fresh().of(tenant.application.id);
    let base = format!("{}/inspector", tenant.base());
    let newest = seen.first().map_or(0, |seen| seen.number);
    let escaped = percent_encoding::utf8_percent_encode(&address, percent_encoding::NON_ALPHANUMERIC);
    let page = Page {
        new_endpoint: format!("{}/endpoints/new?url={escaped}", tenant.base()),
        curl: format!("curl -d '{{\"hello\":\"world\"}}' {address}"),
        bounds: bounds(words),
        rows: seen.iter().map(|seen| Row::of(words, seen)).collect(),
        live: format!("{base}/live?after={newest}"),
        fields: fields(words, filled),
        refused: status != StatusCode::OK,
        frame,
        base,
        address,
    };
    page_with(status, &page)
}

fn bounds(words: Words) -> String {
    let requests = REQUESTS_PER_APPLICATION_MAX.to_string();
    let hours = (KEPT_FOR.as_secs() / 3600).to_string();
    words.with("inspector-bounds", &[("requests", &requests), ("hours", &hours)])
}

fn fields(words: Words, filled: &Filled) -> Vec<FieldView> {
    let (low, high) = answer::STATUS_BOUNDS;
    let status = FieldView::new("status", words.t("inspector-status"), Look::Number(low, high));
    let delay = FieldView::new("delay_ms", words.t("inspector-delay"), Look::Number(0, answer::DELAY_MS_MAX));
    let body = FieldView::new("body", words.t("inspector-body"), Look::Area);
    let mut fields = vec![
        status.value(&filled.status).required(),
        delay.value(&filled.delay_ms).hint(words.t("inspector-delay-hint")).required(),
        body.value(&filled.body),
    ];
    for field in &mut fields {
        if filled.wrong.contains(&field.name.as_str()) {
            field.error = match field.look {
                Look::Number(low, high) => words.with(
                    "inspector-number-wrong",
                    &[("low", &low.to_string()), ("high", &high.to_string())],
                ),
                _ => words.fill("inspector-body-wrong", "max", &answer::BODY_BYTES_MAX.to_string()),
            };
        }
    }
    fields
}

/// Makes the address, or replaces it.
pub(crate) async fn address(State(portal): State<Portal>, posted: Posted<Tenant>) -> Answer {
    let tenant = posted.seat;
    portal.inspector().renew(tenant.application.id).await?;
    portal.note(&tenant, "inspector.renew", &tenant.application.id.to_string()).await?;
    see_other(&format!("{}/inspector", tenant.base()))
}

/// Drops what came.
pub(crate) async fn clear(State(portal): State<Portal>, posted: Posted<Tenant>) -> Answer {
    let tenant = posted.seat;
    portal.inspector().fresh().clear(tenant.application.id);
    see_other(&format!("{}/inspector", tenant.base()))
}

impl Portal {
    /// The URL at which the application's inspector receives, if it has one.
    pub(crate) async fn receiving_address(
        &self,
        tenant: &Tenant,
    ) -> Result<Option<String>, crate::fault::Fault> {
        let token = self.inspector().token(tenant.application.id).await?;
        Ok(token.map(|token| format!("{}{PATH}{token}", self.settings().public_url)))
    }
}

/// The number behind `after` in a query.
fn after(query: &Query<Vec<(String, String)>>) -> Option<u64> {
    query.iter().find(|(name, _)| name == "after").and_then(|(_, value)| value.parse().ok())
}
