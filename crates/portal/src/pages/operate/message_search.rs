//! What is found when operators search for messages.
//!
//! Most searches walk along the messages, newest first. Those that failed are few of many: they are found by their
//! failed attempts, the latest failure first.

use klingel_model::{AppId, Attempt, AttemptStatus, EndpointId, Message, MessageId, MessageSeq};
use klingel_store::{AppRef, AttemptFilter, MessageFilter, MessageRef, Order, Page as ListPage};

use super::attempts::{read_place, write_place};
use super::standing::{Standing, Status};
use crate::Portal;
use crate::door::Operator;
use crate::fault::Fault;

/// Messages of one page.
pub(super) const ROWS: usize = 50;
/// Messages or attempts that one page of a search by endpoint or status looks at: of each it is asked how it stands.
const LOOKED_AT_MAX: usize = 300;

/// Messages, each with its place in the list, and where to go on.
pub(super) type Found = (Vec<(String, Message)>, Option<String>);

/// What is looked for.
pub(super) struct Wanted {
    pub(super) id: Option<MessageId>,
    pub(super) app_id: Option<AppId>,
    pub(super) filter: MessageFilter,
    pub(super) standing: Standing,
}

impl Wanted {
    /// Whether a message is of the application, type and time that are looked for.
    fn fits(&self, message: &Message) -> bool {
        let filter = &self.filter;
        self.app_id.is_none_or(|app_id| message.app_id == app_id)
            && filter.event_types.as_ref().is_none_or(|names| names.contains(&message.event_type))
            && filter.after.is_none_or(|after| message.created_at > after)
            && filter.before.is_none_or(|before| message.created_at < before)
    }

    /// The attempts by which messages that failed are found.
    fn failures(&self) -> AttemptFilter {
        AttemptFilter {
            status: Some(AttemptStatus::Fail),
            event_types: self.filter.event_types.clone(),
            endpoint_id: self.standing.endpoint_id,
            // Nothing is attempted before it was accepted.
            after: self.filter.after,
            ..AttemptFilter::default()
        }
    }
}

/// A page of what is looked for, behind this place.
pub(super) async fn read(
    portal: &Portal,
    operator: &Operator,
    mut wanted: Wanted,
    cursor: &str,
) -> Result<Found, Fault> {
    if let Some(endpoint_id) = wanted.standing.endpoint_id {
        let owner = owner_of(portal, operator, endpoint_id).await?;
        let Some(owner) = owner.filter(|owner| wanted.app_id.is_none_or(|app_id| app_id == *owner)) else {
            return Ok(Found::default());
        };
        wanted.app_id = Some(owner);
    }
    match wanted.id {
        Some(id) => one(portal, operator, id, &wanted).await,
        None if wanted.standing.is_any() => part(portal, operator, &wanted, cursor).await,
        None if wanted.standing.status == Some(Status::Failed) => {
            given_up(portal, operator, &wanted, cursor).await
        }
        None => sifted(portal, operator, &wanted, cursor).await,
    }
}

/// The application of an endpoint, if it is behind the operator's wall.
async fn owner_of(
    portal: &Portal,
    operator: &Operator,
    endpoint_id: EndpointId,
) -> Result<Option<AppId>, Fault> {
    let reader = portal.engine().reader();
    let Some(endpoint) = reader.endpoint_by_id(endpoint_id).await? else { return Ok(None) };
    let app = AppRef::Id(endpoint.app_id);
    Ok(reader.application(operator.environment_id, app).await?.map(|application| application.id))
}

async fn one(portal: &Portal, operator: &Operator, id: MessageId, wanted: &Wanted) -> Result<Found, Fault> {
    let known = portal.engine().reader().message_of_environment(operator.environment_id, id).await?;
    let Some(message) = known.filter(|message| wanted.fits(message)) else { return Ok(Found::default()) };
    let stands = wanted.standing.is_any() || wanted.standing.holds(portal, message.app_id, id).await?;
    Ok((stands.then(|| (String::new(), message)).into_iter().collect(), None))
}

/// Messages behind this place that stand as is wanted.
async fn sifted(portal: &Portal, operator: &Operator, wanted: &Wanted, cursor: &str) -> Result<Found, Fault> {
    let (mut found, mut cursor, mut looked_at): (Vec<(String, Message)>, _, _) =
        (Vec::new(), cursor.to_owned(), 0);
    loop {
        let (messages, resume) = part(portal, operator, wanted, &cursor).await?;
        for (place, message) in messages {
            if looked_at == LOOKED_AT_MAX {
                return Ok((found, Some(cursor)));
            }
            looked_at += 1;
            cursor.clone_from(&place);
            if wanted.standing.holds(portal, message.app_id, message.id).await? {
                if found.len() == ROWS {
                    let last = found.last().map(|(place, _)| place.clone());
                    return Ok((found, last));
                }
                found.push((place, message));
            }
        }
        match resume {
            // The store stopped within this part: it has looked at as much as a page may.
            Some(resume) if resume != cursor => return Ok((found, Some(resume))),
            Some(_) => {}
            None => return Ok((found, None)),
        }
    }
}

/// Messages behind this place, however they stand.
async fn part(portal: &Portal, operator: &Operator, wanted: &Wanted, cursor: &str) -> Result<Found, Fault> {
    let (reader, filter, order) = (portal.engine().reader(), wanted.filter.clone(), Order::Descending);
    if let Some(app_id) = wanted.app_id {
        let page = ListPage { limit: ROWS, after: cursor.parse().ok(), order };
        let scan = reader.messages(app_id, page, filter).await?;
        let placed = scan.items.into_iter().map(|message| (message.id.to_string(), message));
        return Ok((placed.collect(), scan.resume.map(|id: MessageId| id.to_string())));
    }
    let page = ListPage { limit: ROWS, after: cursor.parse().ok().map(MessageSeq), order };
    let scan = reader.messages_of_environment(operator.environment_id, page, filter).await?;
    let placed = scan.items.into_iter().map(|(MessageSeq(seq), message)| (seq.to_string(), message));
    Ok((placed.collect(), scan.resume.map(|MessageSeq(seq)| seq.to_string())))
}

/// Messages that failed for good, by their latest failure.
async fn given_up(
    portal: &Portal,
    operator: &Operator,
    wanted: &Wanted,
    cursor: &str,
) -> Result<Found, Fault> {
    let reader = portal.engine().reader();
    let (mut found, mut place, mut looked_at): (Vec<(String, Message)>, _, _) =
        (Vec::new(), read_place(cursor), 0);
    loop {
        let page = ListPage { limit: ROWS, after: place, order: Order::Descending };
        let environment_id = operator.environment_id;
        let part = reader.attempts_of_environment(environment_id, wanted.app_id, page, wanted.failures());
        let part = part.await?;
        for attempt in part.items {
            if looked_at == LOOKED_AT_MAX {
                return Ok((found, place.map(write_place)));
            }
            looked_at += 1;
            let here = (attempt.message_id, attempt.id);
            if let Some(message) = failed(portal, wanted, &attempt).await? {
                if found.len() == ROWS {
                    let last = found.last().map(|(place, _)| place.clone());
                    return Ok((found, last));
                }
                found.push((write_place(here), message));
            }
            place = Some(here);
        }
        match part.resume {
            // The store stopped within this part: it has looked at as much as a page may.
            Some(resume) if Some(resume) != place => return Ok((found, Some(write_place(resume)))),
            Some(_) => {}
            None => return Ok((found, None)),
        }
    }
}

/// The message of a failed attempt, if this was its latest failure and it is looked for.
async fn failed(portal: &Portal, wanted: &Wanted, attempt: &Attempt) -> Result<Option<Message>, Fault> {
    let reader = portal.engine().reader();
    let (app_id, id) = (attempt.app_id, attempt.message_id);
    let newest = ListPage { limit: 1, after: None, order: Order::Descending };
    let latest = reader.attempts_of_message(app_id, id, newest, wanted.failures()).await?;
    if latest.items.first().is_none_or(|latest| latest.id != attempt.id) {
        return Ok(None);
    }
    let message = reader.message(app_id, MessageRef::Id(id)).await?;
    let Some(message) = message.filter(|message| wanted.fits(message)) else { return Ok(None) };
    Ok(wanted.standing.holds(portal, app_id, id).await?.then_some(message))
}
