//! `/portal/apps/{app_id}/messages`: the messages of an application, with search by id, type and time.

use askama::Template;
use axum::extract::State;
use klingel_model::{DeliveryState, EventTypeName, Message, MessageId, Micros, Uid};
use klingel_store::{MessageFilter, MessageRef, Order, Page as ListPage};

use crate::Portal;
use crate::answer::{Answer, page, see_other};
use crate::asked::Asked;
use crate::door::Tenant;
use crate::fault::Fault;
use crate::form::{FieldView, Look};
use crate::frame::{Frame, Tab};
use crate::show::time::Moment;
use crate::words::Words;

/// Messages of one page.
const ROWS: usize = 25;
/// Destinations of a message that its line counts.
const DESTINATIONS: usize = 50;

#[derive(Debug, Template)]
#[template(path = "message/list.html")]
struct Page {
    frame: Frame,
    fields: Vec<FieldView>,
    rows: Vec<Row>,
    searched: bool,
    example: Option<String>,
    next: Option<String>,
}

#[derive(Debug)]
struct Row {
    href: String,
    id: String,
    event_id: String,
    event_type: String,
    channels: String,
    created: Moment,
    states: Vec<(&'static str, String)>,
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
    let mut rows = Vec::with_capacity(found.items.len());
    for message in &found.items {
        rows.push(row(&portal, &tenant, message).await?);
    }
    let frame = Frame::tenant(&portal, &tenant, &Tab::Messages, words.t("tab-messages"));
    page(&Page {
        searched: asked.any(&["id", "type", "since", "until"]),
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

async fn row(portal: &Portal, tenant: &Tenant, message: &Message) -> Result<Row, Fault> {
    let words = tenant.visit.words;
    let page = ListPage { limit: DESTINATIONS, after: None, order: Order::Ascending };
    let found = portal.engine().reader().destinations(tenant.application.id, message.id, page).await?;
    let count = |wanted: fn(&DeliveryState) -> bool| {
        found.items.iter().filter(|destination| wanted(&destination.state)).count()
    };
    let groups: [(&'static str, &str, usize); 3] = [
        ("good", "message-delivered", count(|state| matches!(state, DeliveryState::Delivered))),
        (
            "warn",
            "message-waiting",
            count(|state| matches!(state, DeliveryState::Waiting | DeliveryState::Retrying(_))),
        ),
        ("bad", "message-failed", count(|state| matches!(state, DeliveryState::Failed))),
    ];
    let states = groups.into_iter().filter(|(_, _, count)| *count > 0);
    Ok(Row {
        href: format!("{}/messages/{}", tenant.base(), message.id),
        id: message.id.to_string(),
        event_id: message.event_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        event_type: message.event_type.to_string(),
        channels: message.channels.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        created: Moment::of(words, message.created_at),
        states: states.map(|(class, key, count)| (class, words.count(key, count))).collect(),
    })
}

fn example(portal: &Portal, tenant: &Tenant) -> String {
    format!(
        "curl -H \"Authorization: Bearer $KLINGEL_KEY\" -H \"Content-Type: application/json\" \\\n  \
         -d '{{\"eventType\": \"user.new\", \"payload\": {{\"entity_id\": 7, \"result\": {{\"id\": 7}}}}}}' \\\n  \
         {}/api/v1/app/{}/msg/",
        portal.settings().public_url,
        tenant.application.id
    )
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
