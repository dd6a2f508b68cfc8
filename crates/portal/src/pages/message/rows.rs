//! Messages in lines.

use klingel_model::{AppId, DeliveryState, Message, MessageId};
use klingel_store::{Order, Page as ListPage};

use crate::Portal;
use crate::door::Tenant;
use crate::fault::Fault;
use crate::show::time::Moment;
use crate::words::Words;

/// Destinations of a message that its line counts.
const DESTINATIONS: usize = 50;

/// A message as lists show it.
#[derive(Debug)]
pub(in crate::pages) struct Row {
    pub(in crate::pages) href: String,
    pub(in crate::pages) id: String,
    pub(in crate::pages) event_id: String,
    pub(in crate::pages) event_type: String,
    pub(in crate::pages) channels: String,
    pub(in crate::pages) created: Moment,
    pub(in crate::pages) states: Vec<(&'static str, String)>,
}

/// A line for each of these.
pub(in crate::pages) async fn rows(
    portal: &Portal,
    tenant: &Tenant,
    messages: &[Message],
) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::with_capacity(messages.len());
    for message in messages {
        rows.push(row(portal, tenant, message).await?);
    }
    Ok(rows)
}

async fn row(portal: &Portal, tenant: &Tenant, message: &Message) -> Result<Row, Fault> {
    let words = tenant.visit.words;
    Ok(Row {
        href: format!("{}/messages/{}", tenant.base(), message.id),
        id: message.id.to_string(),
        event_id: message.event_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        event_type: message.event_type.to_string(),
        channels: message.channels.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        created: Moment::of(words, message.created_at),
        states: states(portal, words, tenant.application.id, message.id).await?,
    })
}

/// How a message stands with its endpoints, counted: the style of a badge, and what stands in it.
pub(in crate::pages) async fn states(
    portal: &Portal,
    words: Words,
    app_id: AppId,
    message_id: MessageId,
) -> Result<Vec<(&'static str, String)>, Fault> {
    let page = ListPage { limit: DESTINATIONS, after: None, order: Order::Ascending };
    let found = portal.engine().reader().destinations(app_id, message_id, page).await?;
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
    Ok(states.map(|(class, key, count)| (class, words.count(key, count))).collect())
}

/// How a message is posted, to be copied.
pub(in crate::pages) fn example(portal: &Portal, tenant: &Tenant) -> String {
    format!(
        "curl -H \"Authorization: Bearer $KLINGEL_KEY\" -H \"Content-Type: application/json\" \\\n  \
         -d '{{\"eventType\": \"user.new\", \"payload\": {{\"entity_id\": 7, \"result\": {{\"id\": 7}}}}}}' \\\n  \
         {}/api/v1/app/{}/msg/",
        portal.settings().public_url,
        tenant.application.id
    )
}
