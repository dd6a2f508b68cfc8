//! `/portal/apps/{app_id}/endpoints`: the endpoints, in the vendor's place and words.

use askama::Template;
use axum::extract::State;
use klingel_engine::deliver::description::Description;
use klingel_model::{AttemptStatus, Endpoint, EndpointId};
use klingel_store::{AttemptFilter, Order, Page as ListPage};

use crate::Portal;
use crate::answer::{Answer, page};
use crate::asked::Asked;
use crate::door::Tenant;
use crate::fault::Fault;
use crate::fields::Known;
use crate::frame::{Frame, Tab, endpoints_word};
use crate::show::attempt::shown_url;
use crate::show::endpoint::{State as Doing, state, title, wants};
use crate::words::Words;

/// Endpoints of one page.
const ROWS: usize = 50;
/// Latest attempts that a line shows.
const ATTEMPTS: usize = 5;

#[derive(Debug, Template)]
#[template(path = "endpoint/list.html")]
struct Page {
    frame: Frame,
    place: String,
    new: String,
    create: String,
    rows: Vec<Row>,
    next: Option<String>,
    example: Option<String>,
}

#[derive(Debug)]
struct Row {
    href: String,
    title: String,
    url: String,
    wants: String,
    state: Doing,
    attempts: Vec<bool>,
    attempts_text: String,
}

/// The list, newest first.
pub(super) async fn show(State(portal): State<Portal>, tenant: Tenant, asked: Asked) -> Answer {
    let after = asked.one("after").and_then(|text| text.parse().ok());
    let wanted = ListPage::<EndpointId> { limit: ROWS, after, order: Order::Descending };
    let found = portal.engine().reader().endpoints(tenant.application.id, wanted).await?;
    let description = super::description(&portal, &tenant);
    let words = tenant.visit.words;
    let known = super::known(&portal, &tenant, &description).await?;
    let mut rows = Vec::with_capacity(found.items.len());
    for endpoint in &found.items {
        rows.push(row(&portal, &tenant, &description, &known, endpoint).await?);
    }
    let frame = Frame::tenant(&portal, &tenant, &Tab::Endpoints, endpoints_word(words, &description));
    let base = format!("{}/endpoints", tenant.base());
    page(&Page {
        place: place(words, &description),
        new: format!("{base}/new"),
        create: words.fill("endpoint-create", "thing", words.of(description.endpoint)),
        rows,
        next: found.resume.map(|id| format!("{base}?after={id}")),
        example: example(&portal, &tenant, &description),
        frame,
    })
}

/// Where the vendor's own product has them.
fn place(words: Words, description: &Description) -> String {
    description.place.iter().map(|step| words.of(*step)).collect::<Vec<_>>().join(" › ")
}

async fn row(
    portal: &Portal,
    tenant: &Tenant,
    description: &Description,
    known: &Known,
    endpoint: &Endpoint,
) -> Result<Row, Fault> {
    let words = tenant.visit.words;
    let latest = ListPage { limit: ATTEMPTS, after: None, order: Order::Descending };
    let reader = portal.engine().reader();
    let app_id = tenant.application.id;
    let attempts = reader.attempts_of_endpoint(app_id, endpoint.id, latest, AttemptFilter::default()).await?;
    let mut attempts: Vec<bool> =
        attempts.items.iter().map(|attempt| attempt.status == AttemptStatus::Success).collect();
    attempts.reverse();
    let good = attempts.iter().filter(|good| **good).count().to_string();
    let all = attempts.len().to_string();
    Ok(Row {
        href: format!("{}/endpoints/{}", tenant.base(), endpoint.id),
        title: title(description, endpoint),
        url: shown_url(&endpoint.url),
        wants: wants(words, description, endpoint, known),
        state: state(words, endpoint),
        attempts_text: if attempts.is_empty() {
            words.t("endpoint-no-attempts")
        } else {
            words.with("endpoint-last-attempts", &[("good", &good), ("all", &all)])
        },
        attempts,
    })
}

/// The line to copy, for operators: customers hold no key. Where settings must be filled in, the form is the way.
pub(in crate::pages) fn example(
    portal: &Portal,
    tenant: &Tenant,
    description: &Description,
) -> Option<String> {
    let plain = description.endpoint_form.iter().all(|field| field.name.starts_with('.') || !field.required);
    (plain && tenant.operates).then(|| {
        format!(
            "curl -H \"Authorization: Bearer $KLINGEL_KEY\" -H \"Content-Type: application/json\" \\\n  \
             -d '{{\"url\": \"https://example.com/webhook\"}}' \\\n  {}/api/v1/app/{}/endpoint/",
            portal.settings().public_url,
            tenant.application.id
        )
    })
}
