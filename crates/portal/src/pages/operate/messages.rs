//! `/portal/messages`: messages of all applications, to be searched.

use askama::Template;
use axum::extract::State;
use klingel_model::{Message, MessageId};
use klingel_store::MessageFilter;

use super::super::message;
use super::message_search::{Found, ROWS, Wanted, read};
use super::names::Names;
use super::search::{Search, SearchView};
use super::standing::{Standing, Status};
use crate::Portal;
use crate::answer::{Answer, page};
use crate::asked::Asked;
use crate::door::{Operator, base_of};
use crate::frame::{Frame, Section};
use crate::show::time::Moment;
use crate::words::Words;

const PATH: &str = "/portal/messages";

#[derive(Debug, Template)]
#[template(path = "operate/messages.html")]
struct Page {
    frame: Frame,
    search: SearchView,
    rows: Vec<Row>,
    next: Option<String>,
    /// Whether the search stopped before the page was full.
    cut: bool,
    example: String,
}

#[derive(Debug)]
struct Row {
    id: String,
    href: String,
    event_id: String,
    event_type: String,
    application: String,
    application_href: String,
    at: Moment,
    states: Vec<(&'static str, String)>,
}

/// The list, newest first.
pub(crate) async fn show(State(portal): State<Portal>, operator: Operator, asked: Asked) -> Answer {
    let frame = Frame::operator(&operator, Section::Messages, "nav-messages");
    let words = frame.words;
    let mut search = Search::new(PATH, words, &asked);
    let id: Option<MessageId> = search.id("message", "search-message", "search-no-message");
    let app_id = search.application(&portal, &operator).await?;
    let endpoint_id = search.endpoint();
    let event_types = search.event_type().map(|name| vec![name]);
    let status = search.one("status", "message-states", &Status::ALL);
    let (after, before) = search.between();
    let (search, sound) = search.done();
    let filter = MessageFilter { event_types, after, before, ..MessageFilter::default() };
    let wanted = Wanted { id, app_id, filter, standing: Standing { endpoint_id, status } };
    let (found, resume) =
        if sound { read(&portal, &operator, wanted, asked.text("after")).await? } else { Found::default() };
    let mut names = Names::new(&portal, operator.environment_id);
    let mut rows = Vec::with_capacity(found.len());
    for (_, found) in &found {
        let application = names.of(found.app_id).await?;
        let stands = message::states(&portal, words, found.app_id, found.id).await?;
        rows.push(row(words, found, application, stands));
    }
    let cut = resume.is_some() && rows.len() < ROWS;
    let next = resume.map(|cursor| asked.onward(PATH, "after", &cursor));
    page(&Page { frame, search, rows, next, cut, example: example(&portal) })
}

fn row(words: Words, message: &Message, application: String, states: Vec<(&'static str, String)>) -> Row {
    let base = base_of(message.app_id);
    Row {
        id: message.id.to_string(),
        href: format!("{base}/messages/{}", message.id),
        event_id: message.event_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        event_type: message.event_type.to_string(),
        application,
        application_href: base,
        at: Moment::of(words, message.created_at),
        states,
    }
}

/// How a message is posted, to be copied.
pub(super) fn example(portal: &Portal) -> String {
    format!(
        "curl -H \"Authorization: Bearer $KEY\" -H \"Content-Type: application/json\" \
         -d '{{\"eventType\": \"order.created\", \"payload\": {{\"order\": 1}}}}' {}/api/v1/app/$APP/msg/",
        portal.settings().public_url
    )
}
