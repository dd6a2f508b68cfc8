//! `/portal/apps/{app_id}/inspector/live`: news of requests.

use std::collections::VecDeque;

use axum::extract::{Query, State};
use futures_util::stream;
use http::HeaderMap;
use klingel_model::AppId;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::after;
use crate::Portal;
use crate::answer::Answer;
use crate::door::Tenant;
use crate::fault::Fault;
use crate::live::{News, respond};

struct Waiting {
    app_id: AppId,
    base: String,
    /// What came since the page was drawn, or since the stream broke off.
    backlog: VecDeque<u64>,
    last: u64,
    news: Receiver<(AppId, u64)>,
}

/// The stream: first what came after `after` (or after the last event that the browser has seen), then what comes.
pub(crate) async fn live(
    State(portal): State<Portal>,
    tenant: Tenant,
    query: Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Answer {
    let pass = tenant.visit.pass.as_ref().ok_or(Fault::LoggedOut)?;
    let seen = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let last = seen.or_else(|| after(&query)).unwrap_or(u64::MAX);
    // First the news, then the look back: what comes in between is told once, by its number.
    let news = portal.inspector().news();
    let kept = portal.inspector().fresh().of(tenant.application.id);
    let backlog = kept.iter().rev().map(|seen| seen.number).filter(|number| *number > last).collect();
    let base = format!("{}/inspector/rows", tenant.base());
    let waiting = Waiting { app_id: tenant.application.id, base, backlog, last: 0, news };
    let source = stream::unfold(waiting, |mut waiting| async move {
        let news = waiting.next().await?;
        Some((news, waiting))
    });
    respond(&portal, pass, Box::pin(source))
}

impl Waiting {
    async fn next(&mut self) -> Option<News> {
        loop {
            if let Some(number) = self.backlog.pop_front() {
                self.last = number;
                return Some(self.row(number));
            }
            match self.news.recv().await {
                Ok((app_id, number)) if app_id == self.app_id && number > self.last => {
                    self.last = number;
                    return Some(self.row(number));
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return Some(News::Missed),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn row(&self, number: u64) -> News {
        News::Row { id: number.to_string(), path: format!("{}/{number}", self.base) }
    }
}
