//! `POST visits`: a visitor has come. 201 `{id, status, message_id}`.

use axum::body::Bytes;
use axum::extract::State;
use axum::{Extension, Json};
use http::StatusCode;
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use klingel_model::Micros;
use serde_json::{Value, json};

use crate::signinapp::event::{self, Event, SiteOut, Visiting, Visitor, What};
use crate::signinapp::fields::{self, Fields};
use crate::signinapp::problem::Problem;
use crate::signinapp::records::account::Account;
use crate::signinapp::records::group::Group;
use crate::signinapp::records::visit::Visit;
use crate::signinapp::records::{self, Document as _};
use crate::signinapp::time;

struct Came {
    site_id: i64,
    group_id: i64,
    at: Micros,
    expected_s: Option<i64>,
    visitor: Visitor,
    visiting: Option<Visiting>,
}

fn read(body: &[u8], now: Micros, new_id: i64) -> Result<Came, Problem> {
    let mut fields = Fields::of(body)?;
    let site_id = fields.required("site_id", fields::id);
    let group_id = fields.required("group_id", fields::id);
    let at = super::happened_at(&mut fields, now);
    let expected_at = fields.optional("expected_at", event::instant);
    let expected_s = expected_at.as_deref().and_then(time::read).map(Micros::as_unix_s);
    if fields.is_absent("visitor") {
        fields.fault("visitor", "The visitor field is required.");
    }
    let visitor = fields.object("visitor", |fields| event::read_visitor(fields, Some(new_id)));
    let visiting = fields.object("visiting", event::read_visiting);
    let came =
        || Some(Came { site_id: site_id?, group_id: group_id?, at, expected_s, visitor: visitor?, visiting });
    let came = came();
    fields.finish(came)
}

pub(super) async fn sign_in(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let world = engine.world();
    let (store, now, app_id) = (&*world.store, world.clock.now(), managed.application.id);
    let mut bytes = [0u8; 8];
    world.dice.fill(&mut bytes);
    // 52 random bits: below the largest whole number that JavaScript keeps exactly.
    let new_id = i64::from_be_bytes(bytes).unsigned_abs() >> 12 | 1;
    let came = read(&body, now, new_id.cast_signed())?;
    let account = Account::of(store, app_id).await?;
    if account.kept_since(now).is_some_and(|since| came.at < since) {
        return Err(Problem::field("at", "The visit is older than \"Keep visitor data\" allows."));
    }
    let site = records::find::<SiteOut>(store, app_id, &came.site_id.to_string()).await?;
    let Some(site) = site.map(|found| found.document) else {
        return Err(Problem::field("site_id", "There is no such site."));
    };
    if records::find::<Group>(store, app_id, &came.group_id.to_string()).await?.is_none() {
        return Err(Problem::field("group_id", "There is no such group."));
    }
    let visit = Visit {
        site_id: came.site_id,
        group_id: came.group_id,
        visitor: came.visitor,
        visiting: came.visiting,
        in_s: came.at.as_unix_s(),
        out_s: None,
        expected_s: came.expected_s,
    };
    if records::find::<Visit>(store, app_id, &visit.key()).await?.is_some() {
        let why = format!("Visit {} has signed in already; nothing was changed.", visit.visitor.id);
        return Err(Problem::conflict(why));
    }
    let mut changes = vec![records::put(app_id, &visit, None::<&records::Found<Visit>>, now)];
    changes.extend(super::seen_member(&engine, &managed, &visit, now).await?);
    let event = Event {
        what: What::SignIn,
        at: came.at,
        site: &site,
        visitor: &visit.visitor,
        visiting: visit.visiting.as_ref(),
        group_id: Some(visit.group_id),
    };
    let message_id = super::tell(&engine, &managed, &account, &event, visit.at(), changes).await?;
    let answer = json!({"id": visit.visitor.id, "status": "signed_in", "message_id": message_id});
    Ok((StatusCode::CREATED, Json(answer)))
}
