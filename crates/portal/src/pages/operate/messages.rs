//! `/portal/messages`: messages of all applications, to be searched.

use askama::Template;
use axum::extract::State;
use klingel_model::{AppId, Message, MessageId, MessageSeq};
use klingel_store::{MessageFilter, Order, Page as ListPage};

use super::names::Names;
use super::search::{Search, SearchView};
use crate::Portal;
use crate::answer::{Answer, page};
use crate::asked::Asked;
use crate::door::{Operator, base_of};
use crate::fault::Fault;
use crate::frame::{Frame, Section};
use crate::show::time::Moment;
use crate::words::Words;

const PATH: &str = "/portal/messages";
/// Messages of one page.
const ROWS: usize = 50;

#[derive(Debug, Template)]
#[template(path = "operate/messages.html")]
struct Page {
    frame: Frame,
    search: SearchView,
    rows: Vec<Row>,
    next: Option<String>,
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
}

/// Messages and where to go on.
type Found = (Vec<Message>, Option<String>);

/// The list, newest first.
pub(crate) async fn show(State(portal): State<Portal>, operator: Operator, asked: Asked) -> Answer {
    let frame = Frame::operator(&operator, Section::Messages, "nav-messages");
    let words = frame.words;
    let mut search = Search::new(PATH, words, &asked);
    let id: Option<MessageId> = search.id("message", "search-message", "search-no-message");
    let app_id = search.application(&portal, &operator).await?;
    let event_types = search.event_type().map(|name| vec![name]);
    let (after, before) = search.between();
    let (search, sound) = search.done();
    let filter = MessageFilter { event_types, after, before, ..MessageFilter::default() };
    let cursor = asked.text("after");
    let (found, resume) = match (sound, id, app_id) {
        (false, ..) => (Vec::new(), None),
        (true, Some(id), _) => one(&portal, &operator, id, app_id, &filter).await?,
        (true, None, Some(app_id)) => of_application(&portal, app_id, filter, cursor).await?,
        (true, None, None) => of_environment(&portal, &operator, filter, cursor).await?,
    };
    let mut names = Names::new(&portal, operator.environment_id);
    let mut rows = Vec::with_capacity(found.len());
    for message in &found {
        let application = names.of(message.app_id).await?;
        rows.push(row(words, message, application));
    }
    let next = resume.map(|cursor| asked.onward(PATH, "after", &cursor));
    page(&Page { frame, search, rows, next, example: example(&portal) })
}

async fn one(
    portal: &Portal,
    operator: &Operator,
    id: MessageId,
    app_id: Option<AppId>,
    filter: &MessageFilter,
) -> Result<Found, Fault> {
    let known = portal.engine().reader().message_of_environment(operator.environment_id, id).await?;
    let wanted = |message: &Message| {
        app_id.is_none_or(|app_id| message.app_id == app_id)
            && filter.event_types.as_ref().is_none_or(|names| names.contains(&message.event_type))
            && filter.after.is_none_or(|after| message.created_at > after)
            && filter.before.is_none_or(|before| message.created_at < before)
    };
    Ok((known.into_iter().filter(wanted).collect(), None))
}

async fn of_application(
    portal: &Portal,
    app_id: AppId,
    filter: MessageFilter,
    cursor: &str,
) -> Result<Found, Fault> {
    let page = ListPage { limit: ROWS, after: cursor.parse().ok(), order: Order::Descending };
    let scan = portal.engine().reader().messages(app_id, page, filter).await?;
    Ok((scan.items, scan.resume.map(|id: MessageId| id.to_string())))
}

async fn of_environment(
    portal: &Portal,
    operator: &Operator,
    filter: MessageFilter,
    cursor: &str,
) -> Result<Found, Fault> {
    let after = cursor.parse().ok().map(MessageSeq);
    let page = ListPage { limit: ROWS, after, order: Order::Descending };
    let reader = portal.engine().reader();
    let scan = reader.messages_of_environment(operator.environment_id, page, filter).await?;
    let messages = scan.items.into_iter().map(|(_, message)| message).collect();
    Ok((messages, scan.resume.map(|MessageSeq(seq)| seq.to_string())))
}

fn row(words: Words, message: &Message, application: String) -> Row {
    let base = base_of(message.app_id);
    Row {
        id: message.id.to_string(),
        href: format!("{base}/messages/{}", message.id),
        event_id: message.event_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        event_type: message.event_type.to_string(),
        application,
        application_href: base,
        at: Moment::of(words, message.created_at),
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
