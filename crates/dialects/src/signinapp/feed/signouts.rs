//! `POST signouts {visits: [id, …], at?}`: many visitors are signed out automatically, in one transaction. Nothing is
//! sent.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::State;
use axum::{Extension, Json};
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use serde_json::{Value, json};

use crate::signinapp::fields::Fields;
use crate::signinapp::problem::{Faults, Problem};
use crate::signinapp::records;
use crate::signinapp::records::account::Account;

/// Visits of one call. Each may change its member too, and a transaction changes at most 2000 records.
const SIGNOUTS_MAX: usize = 1000;

#[expect(clippy::ptr_arg, reason = "the field reader hands over what it has read")]
fn bounded(visits: &Vec<i64>) -> Result<(), String> {
    let different: BTreeSet<_> = visits.iter().collect();
    if visits.is_empty() || visits.len() > SIGNOUTS_MAX || different.len() != visits.len() {
        return Err(format!("There must be 1 to {SIGNOUTS_MAX} visits, each once."));
    }
    Ok(())
}

pub(super) async fn sign_out_automatically(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let world = engine.world();
    let (store, now, app_id) = (&*world.store, world.clock.now(), managed.application.id);
    let mut fields = Fields::of(&body)?;
    let at = super::happened_at(&mut fields, now);
    let visits = fields.required("visits", bounded);
    let visits = fields.finish(visits)?;
    let account = Account::of(store, app_id).await?;
    let (mut changes, mut faults) = (Vec::with_capacity(visits.len()), Faults::new());
    let mut people = BTreeSet::new();
    for (place, id) in visits.iter().enumerate() {
        let found = match super::open_visit(&engine, &managed, &account, *id, now).await {
            Ok(found) => found,
            Err(Problem::Sentence(status, why)) if status.is_client_error() => {
                faults.insert(format!("visits.{place}"), vec![why]);
                continue;
            }
            Err(problem) => return Err(problem),
        };
        let mut visit = found.document.clone();
        if at.as_unix_s() < visit.in_s {
            faults.insert(format!("visits.{place}"), vec![format!("Visit {id} cannot go before coming.")]);
            continue;
        }
        visit.out_s = Some(at.as_unix_s());
        changes.push(records::put(app_id, &visit, Some(&found), now));
        // A person who signed in twice is one member: a second change of its record would find it changed.
        if visit.visitor.returning_visitor_id.is_some_and(|person| people.insert(person)) {
            changes.extend(super::seen_member(&engine, &managed, &visit, now).await?);
        }
    }
    if !faults.is_empty() {
        return Err(Problem::Fields(faults));
    }
    store.change_records(changes).await?;
    Ok(Json(json!({"signed_out": visits.len()})))
}
