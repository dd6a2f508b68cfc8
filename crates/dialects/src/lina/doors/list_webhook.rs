//! `GET` or `POST /extern/{endpoint}/listWebhook`: the caller's own hooks of the store, whichever path they were
//! registered at.

use axum::extract::Request;
use axum::response::Response;
use http::StatusCode;

use super::Doors;
use super::caller::Caller;
use super::refused::Refused;
use super::register_webhook::Hook;
use crate::lina::plan::PERSONAL_DATA;
use crate::lina::{answer, hook};

pub async fn answer(doors: &Doors, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let caller = Caller::of(&doors.engine, &parts).await?;
    caller.may_use(PERSONAL_DATA)?;
    let (requests_max, now) = (caller.store.requests_max(), doors.engine.world().clock.monotonic());
    if caller.store.count_listing && !doors.rate.take(caller.app_id, requests_max, now) {
        return Err(Refused::exhausted(requests_max));
    }
    let all = hook::all(&doors.engine, caller.app_id).await?;
    let own = all.into_iter().filter(|(settings, _)| settings.operator == caller.operator);
    let list: Vec<Hook> = own.map(|(settings, endpoint)| Hook::of(settings, &endpoint)).collect();
    Ok(answer::json(StatusCode::OK, &list))
}
