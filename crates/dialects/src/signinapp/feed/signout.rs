//! `POST visits/{id}/signout {at?, automatic?}`: a visitor has gone. `automatic` changes history and sends nothing.

use axum::body::Bytes;
use axum::extract::{RawPathParams, State};
use axum::{Extension, Json};
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use klingel_model::Micros;
use serde_json::{Value, json};

use crate::signinapp::event::{Event, SiteOut, What};
use crate::signinapp::fields::{self, Fields};
use crate::signinapp::problem::Problem;
use crate::signinapp::records::account::Account;
use crate::signinapp::records::{self, Document as _};

fn read(body: &[u8], now: Micros) -> Result<(Micros, bool), Problem> {
    let mut fields = Fields::of(if body.trim_ascii().is_empty() { b"{}" } else { body })?;
    let at = super::happened_at(&mut fields, now);
    let automatic = fields.optional("automatic", fields::any).unwrap_or(false);
    fields.finish(Some((at, automatic)))
}

pub(super) async fn sign_out(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let world = engine.world();
    let (store, now, app_id) = (&*world.store, world.clock.now(), managed.application.id);
    let id = super::number(&params, "id", "visit")?;
    let (at, automatic) = read(&body, now)?;
    let account = Account::of(store, app_id).await?;
    let found = super::open_visit(&engine, &managed, &account, id, now).await?;
    let mut visit = found.document.clone();
    if at.as_unix_s() < visit.in_s {
        return Err(Problem::field("at", "The visitor cannot go before coming."));
    }
    visit.out_s = Some(at.as_unix_s());
    let mut changes = vec![records::put(app_id, &visit, Some(&found), now)];
    changes.extend(super::seen_member(&engine, &managed, &visit, now).await?);
    if automatic {
        store.change_records(changes).await?;
        return Ok(Json(json!({"id": id, "status": "signed_out", "message_id": null})));
    }
    let site = records::find::<SiteOut>(store, app_id, &visit.site_id.to_string()).await?;
    let Some(site) = site.map(|found| found.document) else {
        return Err(Problem::conflict(
            "The visit's site has been deleted; only an automatic sign-out is possible.",
        ));
    };
    let event = Event {
        what: What::SignOut,
        at,
        site: &site,
        visitor: &visit.visitor,
        visiting: visit.visiting.as_ref(),
        group_id: Some(visit.group_id),
    };
    let message_id = super::tell(&engine, &managed, &account, &event, visit.at(), changes).await?;
    Ok(Json(json!({"id": id, "status": "signed_out", "message_id": message_id})))
}
