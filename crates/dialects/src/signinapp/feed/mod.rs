//! What the host application reports: visitors who come and go. Below `/api/v1/app/{app_id}/signinapp/`.

use axum::Router;
use axum::extract::RawPathParams;
use axum::routing::post;
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use klingel_model::Micros;
use klingel_store::RecordChange;

use super::event::Event;
use super::fields::{self, Fields};
use super::problem::Problem;
use super::records::account::Account;
use super::records::member::Member;
use super::records::visit::Visit;
use super::records::{self, Document as _, Found};
use super::time;

mod signin;
mod signout;
mod signouts;

/// The routes.
pub(super) fn router(engine: Engine) -> Router {
    Router::new()
        .route("/visits", post(signin::sign_in))
        .route("/visits/{id}/signout", post(signout::sign_out))
        .route("/signouts", post(signouts::sign_out_automatically))
        .with_state(engine)
}

/// The number in the path; what is none names nothing.
pub(super) fn number(params: &RawPathParams, name: &str, what: &str) -> Result<i64, Problem> {
    let text = params.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
    // The form without sign and leading zeros is the record's key.
    text.parse()
        .ok()
        .filter(|number| fields::id(number).is_ok() && number.to_string() == text)
        .ok_or_else(|| Problem::not_found(what))
}

/// When it happened: `at` of the body, otherwise now. In whole seconds.
fn happened_at(fields: &mut Fields, now: Micros) -> Micros {
    let at = fields.optional("at", super::event::instant);
    at.as_deref().and_then(time::read).unwrap_or_else(|| time::whole_second(now))
}

/// A visit that goes on, otherwise 404 (never begun, or gone) or 409 (signed out already).
async fn open_visit(
    engine: &Engine,
    managed: &Managed,
    account: &Account,
    id: i64,
    now: Micros,
) -> Result<Found<Visit>, Problem> {
    let found: Found<Visit> =
        records::get(&*engine.world().store, managed.application.id, &id.to_string()).await?;
    if account.kept_since(now).is_some_and(|since| found.document.at() < since) {
        return Err(Problem::not_found(Visit::WHAT));
    }
    match found.document.out_s {
        None => Ok(found),
        Some(_) => Err(Problem::conflict(format!("Visit {id} has signed out already; nothing was changed."))),
    }
}

/// The change of a group's member who has come or gone, if the visitor is one.
async fn seen_member(
    engine: &Engine,
    managed: &Managed,
    visit: &Visit,
    now: Micros,
) -> Result<Option<RecordChange>, Problem> {
    let Some(person) = visit.visitor.returning_visitor_id else { return Ok(None) };
    let app_id = managed.application.id;
    let found = records::find::<Member>(&*engine.world().store, app_id, &person.to_string()).await?;
    let Some(found) = found.filter(|found| found.document.group_id == visit.group_id) else {
        return Ok(None);
    };
    let mut member = found.document.clone();
    let written = |seconds| time::written(records::visit::instant(seconds));
    match visit.out_s {
        None => member.last_in_datetime = Some(written(visit.in_s)),
        Some(seconds) => member.last_out_datetime = Some(written(seconds)),
    }
    Ok(Some(records::put(app_id, &member, Some(&found), now)))
}

/// Writes visit and message in one transaction. Gives the message's id.
async fn tell(
    engine: &Engine,
    managed: &Managed,
    account: &Account,
    event: &Event<'_>,
    came_at: Micros,
    records: Vec<RecordChange>,
) -> Result<String, Problem> {
    let world = engine.world();
    let now = world.clock.now();
    let mut publish = event.publish(None, now, &*world.dice);
    publish.records = records;
    // The message's copy of the visitor's data goes when the visit does.
    publish.payload_until = account.keep().map(|keep| came_at.plus(keep));
    let application = &managed.application;
    let accepted = engine.publish_shaped(application.environment_id, &managed.app_ref(), publish).await?;
    Ok(accepted.message.id.to_string())
}
