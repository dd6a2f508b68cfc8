//! `GET /extern/getlimit`, `GET /extern/{endpoint}/getlimit`: how much is used. Not counted itself.

use axum::extract::Request;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;

use super::Doors;
use super::caller::Caller;
use super::refused::Refused;
use crate::lina::answer;

#[derive(Serialize)]
struct Limit {
    status: &'static str,
    #[serde(rename = "currentRateLimit")]
    used: usize,
    #[serde(rename = "maxRateLimit")]
    most: u32,
}

pub async fn answer(doors: &Doors, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let caller = Caller::of(&doors.engine, &parts).await?;
    let limit = Limit {
        status: "success",
        used: doors.rate.used(caller.app_id, doors.engine.world().clock.monotonic()),
        most: caller.store.requests_max(),
    };
    Ok(answer::json(StatusCode::OK, &limit))
}
