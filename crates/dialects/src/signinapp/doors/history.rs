//! `GET sites/{id}/history?date_from&date_to&page`: the visits of a site, newest first.

use axum::Json;
use axum::extract::{RawPathParams, State};
use http::{HeaderMap, Uri};
use klingel_model::Micros;
use klingel_store::RecordRange;
use serde_json::Value;

use super::Doors;
use super::page::{self, Address, PER_PAGE, Pairs, parameter};
use crate::signinapp::event::SiteOut;
use crate::signinapp::feed::number;
use crate::signinapp::problem::{Faults, Problem};
use crate::signinapp::records::account::Account;
use crate::signinapp::records::visit::Visit;
use crate::signinapp::records::{self, Document as _};
use crate::signinapp::time;

/// From and to, both inclusive.
fn range(pairs: &Pairs) -> Result<(Option<Micros>, Option<Micros>), Problem> {
    let mut faults = Faults::new();
    let mut instant = |name: &str| {
        let text = parameter(pairs, name)?;
        let at = time::read(text);
        if at.is_none() {
            let why = format!("The {name} must be written as 2021-04-22T00:00:00.");
            faults.insert(name.to_owned(), vec![why]);
        }
        at
    };
    let (from, to) = (instant("date_from"), instant("date_to"));
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        faults.insert("date_to".to_owned(), vec!["The date_to must not be before date_from.".to_owned()]);
    }
    if faults.is_empty() { Ok((from, to)) } else { Err(Problem::Fields(faults)) }
}

pub(super) async fn list(
    State(doors): State<Doors>,
    headers: HeaderMap,
    uri: Uri,
    params: RawPathParams,
    pairs: Pairs,
) -> Result<Json<Value>, Problem> {
    let app_id = doors.admit(&headers, "history").await?;
    let site_id = number(&params, "id", SiteOut::WHAT)?;
    let world = doors.engine.world();
    let store = &*world.store;
    records::get::<SiteOut>(store, app_id, &site_id.to_string()).await?;
    let ((from, to), page) = (range(&pairs)?, page::number(&pairs)?);
    let kept_since = Account::of(store, app_id).await?.kept_since(world.clock.now());
    let found = store
        .record_page(RecordRange {
            app_id,
            kind: Visit::KIND.to_owned(),
            partition: site_id.to_string(),
            from: from.max(kept_since),
            to,
            offset: page::offset(page),
            limit: PER_PAGE,
        })
        .await?;
    let visits: Result<Vec<Value>, Problem> =
        found.records.iter().map(|record| Ok(records::open::<Visit>(record)?.shown(app_id))).collect();
    let conditions =
        [("date_from", parameter(&pairs, "date_from")), ("date_to", parameter(&pairs, "date_to"))];
    let address = Address::of(&headers, &uri, &conditions);
    page::envelope(&address, page, found.total, &visits?).map(Json)
}
