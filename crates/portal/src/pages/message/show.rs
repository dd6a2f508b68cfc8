//! `…/messages/{message_id}`: a message, its payload on request, and how it stands with each endpoint.

use askama::Template;
use axum::extract::State;
use klingel_model::DeliveryState;
use klingel_store::{AttemptFilter, Destination, Order, Page as ListPage};

use crate::Portal;
use crate::answer::{Answer, page};
use crate::door::{AtMessage, Posted};
use crate::frame::{Frame, Tab};
use crate::show::attempt::{AttemptRow, shown_url};
use crate::show::endpoint::title;
use crate::show::number::grouped;
use crate::show::payload;
use crate::show::time::Moment;

/// Endpoints of one page.
const DESTINATIONS: usize = 50;
/// Attempts of one page.
const ATTEMPTS: usize = 50;

#[derive(Debug, Template)]
#[template(path = "message/show.html")]
struct Page {
    frame: Frame,
    href: String,
    id: String,
    event_id: String,
    event_type: String,
    channels: String,
    created: Moment,
    kept_until: Option<Moment>,
    bytes: String,
    payload: Option<String>,
    revealed: bool,
    key: String,
    destinations: Vec<Row>,
    more_destinations: bool,
    attempts: Vec<AttemptRow>,
    more_attempts: bool,
}

#[derive(Debug)]
struct Row {
    href: String,
    id: String,
    title: String,
    url: String,
    class: &'static str,
    state: String,
    due: Option<Moment>,
    may_resend: bool,
    waits: bool,
}

/// With values hidden.
pub(super) async fn show(State(portal): State<Portal>, at: AtMessage) -> Answer {
    draw(&portal, &at, false).await
}

/// With values, as the answer to a form, so that no address leads to it.
pub(super) async fn reveal(State(portal): State<Portal>, posted: Posted<AtMessage>) -> Answer {
    portal.note(&posted.seat.tenant, "payload.reveal", &posted.seat.message.id.to_string()).await?;
    draw(&portal, &posted.seat, true).await
}

async fn draw(portal: &Portal, at: &AtMessage, revealed: bool) -> Answer {
    let AtMessage { tenant, message } = at;
    let words = tenant.visit.words;
    let (reader, app_id) = (portal.engine().reader(), tenant.application.id);
    let wanted = ListPage { limit: DESTINATIONS, after: None, order: Order::Ascending };
    let destinations = reader.destinations(app_id, message.id, wanted).await?;
    let wanted = ListPage { limit: ATTEMPTS, after: None, order: Order::Descending };
    let attempts = reader.attempts_of_message(app_id, message.id, wanted, AttemptFilter::default()).await?;
    let list = format!("{}/messages", tenant.base());
    let frame = Frame::tenant(portal, tenant, &Tab::Messages, message.event_type.to_string())
        .below(list.clone(), words.t("tab-messages"));
    page(&Page {
        href: format!("{list}/{}", message.id),
        id: message.id.to_string(),
        event_id: message.event_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        event_type: message.event_type.to_string(),
        channels: message.channels.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        created: Moment::of(words, message.created_at),
        kept_until: message.payload_until.map(|at| Moment::of(words, at)),
        bytes: grouped(words, message.payload.as_ref().map_or(0, |payload| payload.len() as u64)),
        payload: message
            .payload
            .as_ref()
            .map(|bytes| if revealed { payload::revealed(bytes) } else { payload::masked(bytes) }),
        revealed,
        key: portal.new_once(),
        more_destinations: destinations.resume.is_some(),
        destinations: destinations.items.iter().map(|one| row(portal, at, one)).collect(),
        more_attempts: attempts.resume.is_some(),
        attempts: attempts.items.iter().map(|attempt| AttemptRow::of(words, attempt)).collect(),
        frame,
    })
}

fn row(portal: &Portal, at: &AtMessage, destination: &Destination) -> Row {
    let words = at.tenant.visit.words;
    let endpoint = &destination.endpoint;
    let description = portal.description(&at.tenant.application.dialect);
    let (class, key, due) = match destination.state {
        DeliveryState::Delivered => ("good", "delivery-delivered", None),
        DeliveryState::Waiting => ("warn", "delivery-waiting", None),
        DeliveryState::Retrying(due) => ("warn", "delivery-retrying", Some(due)),
        DeliveryState::Failed => ("bad", "delivery-failed", None),
        DeliveryState::Canceled => ("warn", "delivery-canceled", None),
    };
    Row {
        href: format!("{}/endpoints/{}", at.tenant.base(), endpoint.id),
        id: endpoint.id.to_string(),
        title: title(&description, endpoint),
        url: shown_url(&endpoint.url),
        class,
        state: words.t(key),
        due: due.map(|due| Moment::of(words, due)),
        waits: matches!(destination.state, DeliveryState::Waiting | DeliveryState::Retrying(_)),
        may_resend: !endpoint.disabled && at.message.payload.is_some(),
    }
}
