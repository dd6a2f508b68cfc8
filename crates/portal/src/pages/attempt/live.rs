//! `/portal/apps/{app_id}/live`: news of attempts, those of an application or of one endpoint.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use futures_util::stream;
use http::HeaderMap;
use klingel_engine::AttemptNews;
use klingel_model::{AppId, AttemptId, AttemptStatus, EndpointId, MessageId};
use klingel_store::{AttemptFilter, Order, Page as ListPage};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::list::{self, ROWS};
use crate::Portal;
use crate::answer::{Answer, page};
use crate::asked::Asked;
use crate::door::{AtAttempt, Tenant, base_of};
use crate::fault::Fault;
use crate::live::{News, respond};
use crate::show::attempt::AttemptRow;

/// Rows told in one [`SPAN`]: nobody reads more, and a page fetches each of them.
const ROWS_PER_SPAN_MAX: usize = 20;
/// In which they are counted.
const SPAN: Duration = Duration::from_secs(1);

#[derive(Debug, Template)]
#[template(path = "attempt/row.html")]
struct Piece {
    row: AttemptRow,
    endpoints: bool,
}

/// What a page wants to hear of.
struct Wanted {
    app_id: AppId,
    endpoint_id: Option<EndpointId>,
    status: Option<AttemptStatus>,
    /// Whether its rows name the endpoint.
    endpoints: bool,
}

struct Waiting {
    wanted: Wanted,
    /// What came since the page was drawn, or since the stream broke off.
    backlog: VecDeque<News>,
    told: BTreeSet<AttemptId>,
    news: Receiver<AttemptNews>,
    span_began: Instant,
    in_span: usize,
}

/// The stream for the list with the same filter: first what came after `after` (or after the last event that the
/// browser has seen), as far as the list's first page shows it, then what comes.
pub(super) async fn live(
    State(portal): State<Portal>,
    tenant: Tenant,
    asked: Asked,
    headers: HeaderMap,
) -> Answer {
    let pass = tenant.visit.pass.as_ref().ok_or(Fault::LoggedOut)?;
    let filter = list::filter(&portal, &tenant, &asked).await?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let last = last.or_else(|| asked.one("after")).and_then(|text| text.parse().ok());
    let wanted = Wanted {
        app_id: tenant.application.id,
        endpoint_id: filter.endpoint_id,
        status: filter.status,
        endpoints: asked.one("endpoints").is_some(),
    };
    // First the news, then the look back: what is in both is told once.
    let news = portal.engine().watch();
    let mut waiting = Waiting {
        wanted,
        backlog: VecDeque::new(),
        told: BTreeSet::new(),
        news,
        span_began: Instant::now(),
        in_span: 0,
    };
    waiting.look_back(&portal, &tenant, filter, last).await?;
    let source = stream::unfold(waiting, |mut waiting| async move {
        let news = waiting.next().await?;
        Some((news, waiting))
    });
    respond(&portal, pass, Box::pin(source))
}

/// A row, for a page that was told of it.
pub(super) async fn row(at: AtAttempt, asked: Asked) -> Answer {
    let AtAttempt { tenant, message, attempt } = at;
    let row = AttemptRow::of(tenant.visit.words, &attempt).typed(message.event_type.as_str());
    page(&Piece { row, endpoints: asked.one("endpoints").is_some() })
}

/// Where a list's stream is, after the newest of its rows.
pub(in crate::pages) fn address(base: &str, rows: &[AttemptRow], asked: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(asked.iter().filter(|(_, value)| !value.is_empty()));
    if let Some(newest) = rows.iter().map(|row| row.id).max() {
        query.append_pair("after", &newest.to_string());
    }
    format!("{base}/live?{}", query.finish())
}

impl Waiting {
    async fn look_back(
        &mut self,
        portal: &Portal,
        tenant: &Tenant,
        filter: AttemptFilter,
        last: Option<AttemptId>,
    ) -> Result<(), Fault> {
        let wanted = ListPage { limit: ROWS, after: None, order: Order::Descending };
        let reader = portal.engine().reader();
        let app_id = Some(tenant.application.id);
        let found = reader.attempts_of_environment(tenant.environment_id(), app_id, wanted, filter).await?;
        let mut fresh: Vec<_> = found
            .items
            .iter()
            .filter(|attempt| last.is_none_or(|last| attempt.id > last))
            .map(|attempt| (attempt.id, attempt.message_id))
            .collect();
        fresh.sort_unstable();
        if last.is_some() && fresh.len() >= ROWS {
            self.backlog.push_back(News::Missed);
        }
        for (attempt_id, message_id) in fresh {
            self.told.insert(attempt_id);
            self.backlog.push_back(self.wanted.row(attempt_id, message_id));
        }
        Ok(())
    }

    async fn next(&mut self) -> Option<News> {
        if let Some(news) = self.backlog.pop_front() {
            return Some(news);
        }
        loop {
            match self.news.recv().await {
                Ok(news) if self.wanted.matches(&news) && !self.told.remove(&news.attempt_id) => {
                    match self.count() {
                        0..=ROWS_PER_SPAN_MAX => {
                            return Some(self.wanted.row(news.attempt_id, news.message_id));
                        }
                        // Told once in a span.
                        count if count == ROWS_PER_SPAN_MAX + 1 => return Some(News::Missed),
                        _ => {}
                    }
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return Some(News::Missed),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// The how many-th row of its span this one is.
    fn count(&mut self) -> usize {
        if self.span_began.elapsed() >= SPAN {
            self.span_began = Instant::now();
            self.in_span = 0;
        }
        self.in_span += 1;
        self.in_span
    }
}

impl Wanted {
    fn matches(&self, news: &AttemptNews) -> bool {
        news.app_id == self.app_id
            && self.endpoint_id.is_none_or(|id| news.endpoint_id == id)
            && self.status.is_none_or(|status| news.status == status)
    }

    fn row(&self, attempt_id: AttemptId, message_id: MessageId) -> News {
        let base = base_of(self.app_id);
        let endpoints = if self.endpoints { "?endpoints=true" } else { "" };
        News::Row {
            id: attempt_id.to_string(),
            path: format!("{base}/messages/{message_id}/attempts/{attempt_id}/row{endpoints}"),
        }
    }
}
