//! `/portal/apps/{app_id}/messages`: the messages of an application, with search by id, type and time.

use askama::Template;
use axum::extract::State;
use klingel_model::{EventTypeName, Message, MessageId, Micros, Uid};
use klingel_store::{MessageFilter, MessageRef, Order, Page as ListPage};

use super::rows::{Row, example, rows};
use crate::Portal;
use crate::answer::{Answer, page, see_other};
use crate::asked::Asked;
use crate::door::Tenant;
use crate::fault::Fault;
use crate::form::{FieldView, Look};
use crate::frame::{Frame, Tab};
use crate::words::Words;

/// Messages of one page.
const ROWS: usize = 25;

#[derive(Debug, Template)]
#[template(path = "message/list.html")]
struct Page {
    frame: Frame,
    fields: Vec<FieldView>,
    rows: Vec<Row>,
    searched: bool,
    example: Option<String>,
    next: Option<String>,
    /// Whether the search stopped before the page was full.
    cut: bool,
}

/// The list, newest first; a search for an id leads to its message.
pub(super) async fn show(State(portal): State<Portal>, tenant: Tenant, asked: Asked) -> Answer {
    let words = tenant.visit.words;
    let reader = portal.engine().reader();
    let app_id = tenant.application.id;
    let base = format!("{}/messages", tenant.base());
    let mut fields = fields(words, &asked);
    if let Some(id) = asked.one("id") {
        if let Some(found) = find(&portal, &tenant, id).await? {
            return see_other(&format!("{base}/{}", found.id));
        }
        fields[0].error = words.t("message-no-such-id");
    }
    let filter = filter(words, &asked, &mut fields);
    let after = asked.one("after").and_then(|text| text.parse().ok());
    let wanted = ListPage::<MessageId> { limit: ROWS, after, order: Order::Descending };
    let found = reader.messages(app_id, wanted, filter).await?;
    let rows = rows(&portal, &tenant, &found.items).await?;
    let frame = Frame::tenant(&portal, &tenant, &Tab::Messages, words.t("tab-messages"));
    page(&Page {
        searched: asked.any(&["id", "type", "since", "until"]),
        cut: found.resume.is_some() && rows.len() < ROWS,
        next: found.resume.map(|id| asked.onward(&base, "after", &id.to_string())),
        example: tenant.operates.then(|| example(&portal, &tenant)),
        fields,
        rows,
        frame,
    })
}

async fn find(portal: &Portal, tenant: &Tenant, text: &str) -> Result<Option<Message>, Fault> {
    let asked = match text.parse() {
        Ok(id) => MessageRef::Id(id),
        Err(_) => match Uid::new(text) {
            Ok(event_id) => MessageRef::EventId(event_id),
            Err(_) => return Ok(None),
        },
    };
    Ok(portal.engine().reader().message(tenant.application.id, asked).await?)
}

fn fields(words: Words, asked: &Asked) -> Vec<FieldView> {
    let field = |name: &str, key: &str| {
        FieldView::new(name, words.t(key), Look::Text).value(asked.one(name).unwrap_or_default())
    };
    vec![
        field("id", "message-search-id"),
        field("type", "message-type"),
        field("since", "message-since").hint(words.t("message-time-hint")),
        field("until", "message-until"),
    ]
}

/// The filter; what cannot be read of it is marked and left out.
fn filter(words: Words, asked: &Asked, fields: &mut [FieldView]) -> MessageFilter {
    let mut filter = MessageFilter::default();
    if let Some(text) = asked.one("type") {
        match EventTypeName::new(text) {
            Ok(name) => filter.event_types = Some(vec![name]),
            Err(_) => fields[1].error = words.t("message-no-such-type"),
        }
    }
    for (place, name) in [(2, "since"), (3, "until")] {
        let Some(text) = asked.one(name) else { continue };
        match instant(text) {
            Some(at) if name == "since" => filter.after = Some(at),
            Some(at) => filter.before = Some(at),
            None => fields[place].error = words.t("message-no-time"),
        }
    }
    filter
}

/// `2026-11-24`, `2026-11-24 11:05` or an instant as RFC 3339 writes it. Without a zone it is UTC.
pub(crate) fn instant(text: &str) -> Option<Micros> {
    let text = text.trim().replacen(' ', "T", 1);
    let full = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text,
    };
    Micros::parse_rfc3339(&full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let wanted = Micros::parse_rfc3339("2026-11-24T11:05:00Z").unwrap();
        for text in
            ["2026-11-24 11:05", "2026-11-24T11:05", "2026-11-24 11:05:00", "2026-11-24T12:05:00+01:00"]
        {
            assert_eq!(instant(text), Some(wanted), "{text}");
        }
        assert_eq!(instant("2026-11-24"), Micros::parse_rfc3339("2026-11-24T00:00:00Z"));
        assert_eq!(instant("yesterday"), None);
    }
}
