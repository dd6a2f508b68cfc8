//! A decision is kept, put into the history and sent in one transaction, or not at all.

use std::time::Duration;

use axum::response::Response;
use http::StatusCode;
use klingel_engine::{Engine, Publish, Refusal};
use klingel_model::{Application, ChannelName, EventTypeName, MessageId};
use klingel_store::{AppRef, RecordChange};
use serde_json::json;

use crate::lina::chores::KEPT;
use crate::lina::plan::PERSONAL_DATA;
use crate::lina::records::consent::{self, Consent, Released, State};
use crate::lina::records::decision::{self, Kind};
use crate::lina::records::{self, Kept, operator, store_settings};
use crate::lina::{answer, hook, wire};

/// Tries when somebody else decides for the same user at the same time.
const TRIES: usize = 4;

/// A decision that is to be made.
#[derive(Debug)]
pub struct Wanted {
    pub operator: String,
    pub user_uuid: String,
    /// What is released; `None`: nothing (any more).
    pub released: Option<Released>,
}

/// What became of it.
#[derive(Debug)]
pub struct Decided {
    consent: Consent,
    changed: bool,
    message_id: Option<MessageId>,
}

impl Decided {
    /// The answer to the host application.
    pub fn into_response(self) -> Response {
        let body = json!({
            "operator": self.consent.operator,
            "userUuid": self.consent.user_uuid,
            "state": self.consent.state,
            "changed": self.changed,
            "messageId": self.message_id.map(|id| id.to_string()),
        });
        answer::json(StatusCode::OK, &body)
    }
}

/// Makes a decision. Deciding the same again changes nothing and sends nothing.
///
/// Errors: `Invalid`, `Conflict` when the store has not booked the endpoint or the operator has no hook.
pub async fn decide(engine: &Engine, application: &Application, wanted: Wanted) -> Result<Decided, Refusal> {
    let (store, app_id) = (&*engine.world().store, application.id);
    let channel = operator::id(&wanted.operator)?;
    if let Some(released) = &wanted.released {
        released.check()?;
        releasable(engine, application, &wanted.operator).await?;
    }
    for _ in 0..TRIES {
        let old = consent::find(store, app_id, &wanted.operator, &wanted.user_uuid).await?;
        let Some(kind) = kind_of(old.as_ref(), wanted.released.as_ref()) else {
            let consent = old.expect("only what is kept can be decided already").document;
            return Ok(Decided { consent, changed: false, message_id: None });
        };
        match make(engine, application, &wanted, &channel, kind, old).await {
            Err(Refusal::Conflict(_)) => {}
            made => return made,
        }
    }
    Err(Refusal::Conflict("this decision is being changed by several at once; try again".to_owned()))
}

/// `None`: it is decided so already.
fn kind_of(old: Option<&Kept<Consent>>, released: Option<&Released>) -> Option<Kind> {
    let given = old.map(|old| &old.document).filter(|old| old.state == State::Given);
    match (given, released) {
        (Some(old), Some(released)) => (old.released != *released).then_some(Kind::Changed),
        (None, Some(_)) => Some(Kind::Given),
        (Some(_), None) => Some(Kind::Withdrawn),
        (None, None) => old.is_none().then_some(Kind::Declined),
    }
}

async fn releasable(engine: &Engine, application: &Application, operator: &str) -> Result<(), Refusal> {
    let app_id = application.id;
    let endpoint = PERSONAL_DATA.endpoint;
    if !store_settings::load(&*engine.world().store, app_id).await?.booked(endpoint) {
        return Err(Refusal::Conflict(format!(
            "the store has not booked the endpoint {endpoint}; book it in bookedEndpoints of the store's settings"
        )));
    }
    if !hook::operators(engine, app_id).await?.contains(operator) {
        return Err(Refusal::Conflict(
            "this operator has registered no webhook in the store, so there is nobody to release data to"
                .to_owned(),
        ));
    }
    Ok(())
}

async fn make(
    engine: &Engine,
    application: &Application,
    wanted: &Wanted,
    channel: &ChannelName,
    kind: Kind,
    old: Option<Kept<Consent>>,
) -> Result<Decided, Refusal> {
    let world = engine.world();
    // Two decisions of one microsecond, or across a clock that was put back, still have an order.
    let later = old.as_ref().map(|old| old.version.plus(Duration::from_micros(1)));
    let now = world.clock.now().max(later.unwrap_or_default());
    let consent = Consent {
        operator: wanted.operator.clone(),
        user_uuid: wanted.user_uuid.clone(),
        state: if wanted.released.is_some() { State::Given } else { State::Withdrawn },
        released: wanted.released.clone().unwrap_or_default(),
        decided_us: now.as_unix_us(),
    };
    let line = decision::line(&wanted.user_uuid, &wanted.operator, kind, now);
    let changes: Vec<RecordChange> = vec![
        consent::put(application.id, &consent, now, old.map(|old| old.version)),
        decision::put(application.id, &line, &*world.dice),
    ];
    let payload = match &wanted.released {
        Some(released) => wire::given(&wanted.user_uuid, released),
        None => wire::withdrawn(&wanted.user_uuid),
    };
    if kind == Kind::Declined {
        // The operator has never had anything, so there is nothing that it should delete.
        records::change(&*world.store, changes).await?;
        return Ok(Decided { consent, changed: true, message_id: None });
    }
    let publish = Publish {
        event_type: EventTypeName::new(PERSONAL_DATA.key).expect("the hook's key is a good name"),
        payload,
        channels: vec![channel.clone()],
        event_id: None,
        payload_until: Some(now.plus(KEPT)),
        once: None,
        records: changes,
    };
    let accepted =
        engine.publish_shaped(application.environment_id, &AppRef::Id(application.id), publish).await?;
    Ok(Decided { consent, changed: true, message_id: Some(accepted.message.id) })
}
