//! `/portal/endpoints`: the endpoints of all applications, and how they do.

use askama::Template;
use axum::extract::State;
use klingel_model::{Application, Endpoint, EndpointState};
use klingel_store::{EndpointFilter, Order, Page as ListPage, StatOwner};

use super::health::Health;
use super::search::{Search, SearchView};
use crate::Portal;
use crate::answer::{Answer, page};
use crate::asked::Asked;
use crate::door::{Operator, base_of};
use crate::fault::Fault;
use crate::frame::{Frame, Section};
use crate::show::attempt::shown_url;
use crate::show::chart::{History, Lookback, Sparkline, sparkline};
use crate::show::number::grouped;
use crate::show::time::Moment;

const PATH: &str = "/portal/endpoints";
/// Endpoints of one page.
const ROWS: usize = 50;
/// Deliveries that are counted for an endpoint; more are shown as "more than".
const WAITING_COUNTED_MAX: u64 = 1000;
const STATES: [(&str, &str, EndpointState); 3] = [
    ("healthy", "health-healthy", EndpointState::Healthy),
    ("failing", "health-failing", EndpointState::Failing),
    ("disabled", "health-disabled", EndpointState::Disabled),
];

#[derive(Debug, Template)]
#[template(path = "operate/endpoints.html")]
struct Page {
    frame: Frame,
    search: SearchView,
    rows: Vec<Row>,
    next: Option<String>,
    /// Whether the search stopped before the page was full.
    cut: bool,
    example: String,
}

#[derive(Debug)]
struct Row {
    href: String,
    url: String,
    description: String,
    application: String,
    application_href: String,
    health: Health,
    sparkline: Sparkline,
    waiting: String,
    oldest_due: Option<Moment>,
}

/// The list, newest first.
pub(crate) async fn show(State(portal): State<Portal>, operator: Operator, asked: Asked) -> Answer {
    let frame = Frame::operator(&operator, Section::Endpoints, "nav-endpoints");
    let mut search = Search::new(PATH, frame.words, &asked);
    let filter = EndpointFilter {
        text: search.text("text", "search-endpoint-text"),
        state: search.one("state", "operate-state", &STATES),
        app_id: search.application(&portal, &operator).await?,
    };
    let (search, sound) = search.done();
    let after = asked.one("after").and_then(|text| text.parse().ok());
    let wanted = ListPage { limit: ROWS, after, order: Order::Descending };
    let (mut rows, mut next) = (Vec::new(), None);
    if sound {
        let reader = portal.engine().reader();
        let found = reader.endpoints_of_environment(operator.environment_id, wanted, filter).await?;
        for (application, endpoint) in &found.items {
            rows.push(row(&portal, &frame, application, endpoint).await?);
        }
        next = found.resume.map(|id| asked.onward(PATH, "after", &id.to_string()));
    }
    let example = format!(
        "curl -H \"Authorization: Bearer $KEY\" -H \"Content-Type: application/json\" \
         -d '{{\"url\": \"https://example.com/webhook\"}}' {}/api/v1/app/$APP/endpoint/",
        portal.settings().public_url
    );
    let cut = next.is_some() && rows.len() < ROWS;
    page(&Page { frame, search, rows, next, cut, example })
}

async fn row(
    portal: &Portal,
    frame: &Frame,
    application: &Application,
    endpoint: &Endpoint,
) -> Result<Row, Fault> {
    let (words, base) = (frame.words, base_of(application.id));
    let backlog = portal.engine().reader().waiting_of(endpoint.id, WAITING_COUNTED_MAX).await?;
    let owner = StatOwner::Endpoint(endpoint.id);
    let history = History::read(portal.engine(), owner, Lookback::Day).await?;
    let waiting = grouped(words, backlog.waiting);
    Ok(Row {
        href: format!("{base}/endpoints/{}", endpoint.id),
        url: shown_url(&endpoint.url),
        description: endpoint.description.clone(),
        application: application.name.clone(),
        application_href: base,
        health: Health::of(words, endpoint),
        sparkline: sparkline(words, history.timeline()),
        waiting: if backlog.more { words.fill("health-more-than", "number", &waiting) } else { waiting },
        oldest_due: backlog.oldest_due.map(|at| Moment::of(words, at)),
    })
}
