//! `…/endpoints/{endpoint_id}/waiting`: what waits for an endpoint, and dropping all of it.

use askama::Template;
use axum::extract::State;
use http::Method;
use klingel_model::{MessageSeq, Trigger};
use klingel_store::{Order, Owed, OwedPlace, Page as ListPage};
use serde_json::Value;

use crate::Portal;
use crate::answer::{Answer, page, see_other};
use crate::asked::Asked;
use crate::door::{AtEndpoint, Posted};
use crate::fault::Fault;
use crate::frame::Frame;
use crate::management::Call;
use crate::show::time::Moment;

/// Deliveries of one page.
const ROWS: usize = 25;

#[derive(Debug, Template)]
#[template(path = "endpoint/waiting.html")]
struct Page {
    frame: Frame,
    action: String,
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(Debug)]
struct Row {
    href: String,
    event_type: String,
    accepted: Moment,
    due: Option<Moment>,
    attempts: String,
}

/// The list, oldest first.
pub(super) async fn show(State(portal): State<Portal>, at: AtEndpoint, asked: Asked) -> Answer {
    let words = at.tenant.visit.words;
    let wanted = ListPage { limit: ROWS, after: asked.one("after").and_then(place), order: Order::Ascending };
    let found = portal.engine().reader().waiting(at.endpoint.id, wanted).await?;
    let action = format!("{}/waiting", super::href(&at));
    let row = |owed: &Owed| Row {
        href: format!("{}/messages/{}", at.tenant.base(), owed.message_id),
        event_type: owed.event_type.to_string(),
        accepted: Moment::of(words, owed.accepted_at),
        due: owed.delivery.due_at.map(|due| Moment::of(words, due)),
        attempts: owed.delivery.attempts.to_string(),
    };
    page(&Page {
        rows: found.items.iter().map(row).collect(),
        next: found.resume.map(|(seq, trigger)| {
            let by_hand = u8::from(trigger == Trigger::Manual);
            format!("{action}?after={}.{by_hand}", seq.0)
        }),
        frame: super::frame(&portal, &at, words.t("endpoint-waiting")),
        action,
    })
}

fn place(text: &str) -> Option<OwedPlace> {
    let (seq, by_hand) = text.split_once('.')?;
    let trigger = if by_hand == "1" { Trigger::Manual } else { Trigger::Schedule };
    Some((MessageSeq(seq.parse().ok()?), trigger))
}

/// Drops all of it; what is under way ends.
pub(super) async fn cancel(State(portal): State<Portal>, posted: Posted<AtEndpoint>) -> Answer {
    let at = posted.seat;
    let path = format!("/api/v1/app/{}/endpoint/{}/cancel-waiting", at.tenant.application.id, at.endpoint.id);
    let call = Call { method: Method::POST, path: &path, body: Value::Null, idempotency_key: None };
    let told = portal.call(at.tenant.environment_id(), call).await?;
    told.map_err(|refused| Fault::Conflict(refused.sentence.unwrap_or_default()))?;
    portal.note(&at.tenant, "endpoint.cancel-waiting", &at.endpoint.id.to_string()).await?;
    see_other(&super::href(&at))
}
