//! `/portal/attempts`: attempts of all applications, to be searched.

use askama::Template;
use axum::extract::State;
use klingel_model::{Attempt, AttemptId, AttemptStatus, MessageId};
use klingel_store::{AttemptFilter, AttemptPlace, Order, Page as ListPage, Scan};

use super::attempt_rows::{AttemptRow, rows};
use super::search::{Search, SearchView};
use crate::Portal;
use crate::answer::{Answer, page};
use crate::asked::Asked;
use crate::door::Operator;
use crate::fault::Fault;
use crate::frame::{Frame, Section};

const PATH: &str = "/portal/attempts";
/// Attempts of one page.
const ROWS: usize = 50;
const STATUSES: [(&str, &str, AttemptStatus); 2] = [
    ("delivered", "attempts-delivered", AttemptStatus::Success),
    ("failed", "attempts-failed", AttemptStatus::Fail),
];
const CLASSES: [(&str, &str, u16); 5] = [
    ("200", "attempts-class-200", 200),
    ("300", "attempts-class-300", 300),
    ("400", "attempts-class-400", 400),
    ("500", "attempts-class-500", 500),
    ("0", "attempts-class-0", 0),
];

#[derive(Debug, Template)]
#[template(path = "operate/attempts.html")]
struct Page {
    frame: Frame,
    search: SearchView,
    rows: Vec<AttemptRow>,
    next: Option<String>,
    /// Whether the search stopped before the page was full.
    cut: bool,
    example: String,
}

/// What is looked for.
struct Wanted {
    message: Option<MessageId>,
    app_id: Option<klingel_model::AppId>,
    filter: AttemptFilter,
}

/// The list, newest first.
pub(crate) async fn show(State(portal): State<Portal>, operator: Operator, asked: Asked) -> Answer {
    let frame = Frame::operator(&operator, Section::Attempts, "nav-attempts");
    let mut search = Search::new(PATH, frame.words, &asked);
    let message = search.id("message", "search-message", "search-no-message");
    let app_id = search.application(&portal, &operator).await?;
    let mut filter = AttemptFilter {
        endpoint_id: search.endpoint(),
        event_types: search.event_type().map(|name| vec![name]),
        status: search.one("status", "attempts-result", &STATUSES),
        status_class: search.one("class", "attempts-class", &CLASSES),
        ..AttemptFilter::default()
    };
    (filter.after, filter.before) = search.between();
    let (search, sound) = search.done();
    let after = asked.one("after").and_then(read_place);
    let (mut found, mut next) = (Vec::new(), None);
    if sound {
        let wanted = Wanted { message, app_id, filter };
        let scan = read(&portal, &operator, wanted, after).await?;
        next = scan.resume.map(|place| asked.onward(PATH, "after", &write_place(place)));
        found = scan.items;
    }
    let rows = rows(&portal, frame.words, operator.environment_id, &found).await?;
    let example = super::messages::example(&portal);
    let cut = next.is_some() && rows.len() < ROWS;
    page(&Page { frame, search, rows, next, cut, example })
}

async fn read(
    portal: &Portal,
    operator: &Operator,
    wanted: Wanted,
    after: Option<AttemptPlace>,
) -> Result<Scan<Attempt, AttemptPlace>, Fault> {
    let (reader, environment_id) = (portal.engine().reader(), operator.environment_id);
    let Wanted { message, app_id, filter } = wanted;
    let order = Order::Descending;
    let Some(message_id) = message else {
        let page = ListPage { limit: ROWS, after, order };
        return Ok(reader.attempts_of_environment(environment_id, app_id, page, filter).await?);
    };
    let known = reader.message_of_environment(environment_id, message_id).await?;
    let Some(message) = known.filter(|message| app_id.is_none_or(|app_id| message.app_id == app_id)) else {
        return Ok(Scan { items: Vec::new(), resume: None });
    };
    let page = ListPage { limit: ROWS, after: after.map(|(_, id)| id), order };
    let scan = reader.attempts_of_message(message.app_id, message_id, page, filter).await?;
    Ok(Scan { items: scan.items, resume: scan.resume.map(|id| (message_id, id)) })
}

/// Ids hold no dot.
pub(super) fn write_place((message_id, id): AttemptPlace) -> String {
    format!("{message_id}.{id}")
}

pub(super) fn read_place(text: &str) -> Option<AttemptPlace> {
    let (message_id, id) = text.split_once('.')?;
    Some((message_id.parse::<MessageId>().ok()?, id.parse::<AttemptId>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let place = (MessageId::from_u128(1 << 70), AttemptId::from_u128(1 << 71));
        assert_eq!(read_place(&write_place(place)), Some(place));
        for wrong in ["", ".", "msg_1", "msg_1.atmpt_1"] {
            assert_eq!(read_place(wrong), None, "{wrong}");
        }
    }
}
