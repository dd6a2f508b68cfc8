//! `POST webhooks/{endpoint}/test`: the button *Test-Webhook*.
//!
//! The engine does not deliver to a webhook that is off, and the button is for finding out before it is on. So the
//! request is sent from here, and message and attempt are recorded by the store's own verbs, as the engine does it.

use std::sync::Arc;

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use klingel_engine::World;
use klingel_engine::deliver::{Dialect, Failure, Made, Sending, Verdict};
use klingel_model::{
    Attempt, AttemptId, AttemptStatus, DeliveryKey, Endpoint, ErrorClass, Message, MessageId, Trigger,
};
use klingel_store::{Admission, Admitted, Error, Outcome, Settlement};

use super::log;
use crate::eventinsight::EventInsight;
use crate::eventinsight::answer::{Problem, json_of};
use crate::eventinsight::call::Call;
use crate::eventinsight::document::{self, Fault};
use crate::eventinsight::entity::{self, Action, EntityType};
use crate::eventinsight::wire;

/// The body is the pressing person's own user document, with its `id`; `?user=5` takes the user that is kept under
/// this number instead. Answers how it went, as an entry of the log.
pub(super) async fn test(call: Call, body: Bytes) -> Result<Response, Problem> {
    let payload = payload(&call, &body).await?;
    let endpoint = call.webhook().await?;
    let world = call.engine.world();
    let now = world.clock.now();
    let message = Arc::new(Message {
        id: MessageId::new(now, &*world.dice),
        environment_id: call.application().environment_id,
        app_id: endpoint.app_id,
        event_id: None,
        event_type: entity::event_type(EntityType::User, Action::Test),
        channels: Arc::new([]),
        payload: Some(payload),
        created_at: now,
        payload_until: None,
    });
    // In a task of its own: a caller who does not wait must not undo the record of what was sent.
    let pressed = tokio::spawn(press(world.clone(), Arc::clone(&message), endpoint)).await;
    let attempt = pressed.map_err(|_| Error::Unavailable("the test was interrupted".to_owned()))??;
    Ok(json_of(StatusCode::OK, &log::opened(&attempt, Some(&message))))
}

async fn payload(call: &Call, body: &Bytes) -> Result<Bytes, Problem> {
    if let [number] = call.query("user")?[..] {
        let id = document::id(number).ok_or_else(|| Problem::query("user", "must be a whole number"))?;
        let user = EntityType::User;
        let store = &call.engine.world().store;
        let kept = store.record(call.application().id, user.record_kind(), &id.to_string()).await?;
        let kept = kept.ok_or_else(|| Problem::not_found("user"))?;
        return Ok(wire::envelope(user, id, Action::Test, Some(&kept.document)));
    }
    let document = document::value(body).map_err(Problem::body)?;
    let id = document.get("id").and_then(|id| document::id(&id.to_string()));
    let missing = || Problem::body(Fault::at("id", "must be there: the number of the person who tests"));
    let id = id.ok_or_else(missing)?;
    let text =
        std::str::from_utf8(body.trim_ascii()).map_err(|_| Problem::body(Fault::whole("must be UTF-8")))?;
    Ok(wire::envelope(EntityType::User, id, Action::Test, Some(text)))
}

/// Sends the message once, and keeps it with its attempt.
async fn press(world: World, message: Arc<Message>, endpoint: Endpoint) -> Result<Attempt, Error> {
    // For nobody: no lane may send it a second time.
    let nobody =
        Admission { message: Arc::clone(&message), endpoints: Vec::new(), once: None, records: Vec::new() };
    let Admitted::New(message_seq) = world.store.admit(nobody).await? else {
        return Err(Error::Unavailable("the test was taken for another one; press again".to_owned()));
    };
    let made = send(&world, &message, &endpoint).await;
    let attempt = row(&made, &message, &endpoint);
    let key = DeliveryKey { endpoint_id: endpoint.id, message_seq, trigger: Trigger::Manual };
    let outcome = if made.delivered() { Outcome::Delivered } else { Outcome::GivenUp };
    let settlement = Settlement { key, attempt: Some(attempt.clone()), outcome, health: None };
    world.store.settle(vec![settlement]).await?;
    Ok(attempt)
}

async fn send(world: &World, message: &Message, endpoint: &Endpoint) -> Made {
    let started_at = world.clock.now();
    let begun = world.clock.monotonic();
    let id = AttemptId::new(started_at, &*world.dice);
    let trigger = Trigger::Manual;
    let sending = Sending { message, endpoint, now: started_at, attempt_id: id, attempt_number: 1, trigger };
    let (outcome, verdict) = match EventInsight.write(&sending) {
        Ok(request) => {
            let outcome = world.transport.send(request).await;
            let verdict = EventInsight.read(&outcome, world.clock.now());
            (outcome, verdict)
        }
        Err(why) => {
            let class = ErrorClass::Unsendable;
            (Err(Failure { class, sentence: why.0, status: 0, body: Bytes::new() }), Verdict::GiveUp)
        }
    };
    let duration = world.clock.monotonic().saturating_sub(begun);
    Made { id, number: 1, started_at, duration, outcome, verdict }
}

fn row(made: &Made, message: &Message, endpoint: &Endpoint) -> Attempt {
    let (response_status, response_body) = made.answer();
    Attempt {
        id: made.id,
        app_id: message.app_id,
        message_id: message.id,
        endpoint_id: endpoint.id,
        url: endpoint.url.as_str().into(),
        number: made.number,
        trigger: Trigger::Manual,
        started_at: made.started_at,
        duration: made.duration,
        status: if made.delivered() { AttemptStatus::Success } else { AttemptStatus::Fail },
        response_status,
        response_body,
        error_class: made.error_class(),
        error: made.sentence(),
        next_attempt_at: None,
    }
}
