//! `/portal/overview`: how it goes, for operators.

use askama::Template;
use axum::extract::State;
use klingel_model::{AttemptStatus, EndpointState};
use klingel_store::{AttemptFilter, EndpointFilter, Order, Page as ListPage, StatOwner};

use super::attempt_rows::{AttemptRow, rows};
use super::health::Health;
use crate::Portal;
use crate::answer::{Answer, page};
use crate::asked::Asked;
use crate::door::{Operator, base_of};
use crate::fault::Fault;
use crate::frame::{Frame, Link, Section};
use crate::show::chart::{History, Lookback, Picture, deliveries, latency};
use crate::show::number::{grouped, percent};
use crate::show::time::{Moment, span};
use crate::words::Words;

const PATH: &str = "/portal/overview";
/// Endpoints in trouble that are shown, failing and disabled each.
const TROUBLED: usize = 10;
/// Failed attempts that are shown.
const FAILED: usize = 10;

#[derive(Debug, Template)]
#[template(path = "operate/overview.html")]
struct Page {
    frame: Frame,
    spans: Vec<Link>,
    figures: Vec<(String, String)>,
    oldest_due: Option<Moment>,
    pictures: Vec<Picture>,
    troubled: Vec<Troubled>,
    /// The lists of all of them, where there are more.
    more: Vec<Link>,
    failed: Vec<AttemptRow>,
    next_step: Option<NextStep>,
}

/// An endpoint that fails or is switched off.
#[derive(Debug)]
struct Troubled {
    href: String,
    url: String,
    application: String,
    application_href: String,
    health: Health,
}

/// What to do when there is nothing to show yet.
#[derive(Debug)]
struct NextStep {
    say: String,
    href: &'static str,
    label: String,
    example: String,
}

/// Figures, pictures, what is in trouble.
pub(crate) async fn show(State(portal): State<Portal>, operator: Operator, asked: Asked) -> Answer {
    let lookback = asked.one("span").and_then(Lookback::parse).unwrap_or(Lookback::Day);
    let environment_id = operator.environment_id;
    let reader = portal.engine().reader();
    let frame = Frame::operator(&operator, Section::Overview, "nav-overview");
    let words = frame.words;
    let history = History::read(portal.engine(), StatOwner::Environment(environment_id), lookback).await?;
    let depth = reader.depth().await?;
    let failed = AttemptFilter { status: Some(AttemptStatus::Fail), ..AttemptFilter::default() };
    let newest = ListPage { limit: FAILED, after: None, order: Order::Descending };
    let failed = reader.attempts_of_environment(environment_id, None, newest, failed).await?;
    let (mut troubled, mut more) = (Vec::new(), Vec::new());
    for (state, word, key) in [
        (EndpointState::Failing, "failing", "overview-all-failing"),
        (EndpointState::Disabled, "disabled", "overview-all-disabled"),
    ] {
        if in_state(&portal, &operator, words, state, &mut troubled).await? {
            more.push(Link::to(format!("/portal/endpoints?state={word}"), words.t(key)));
        }
    }
    let title = |key: &str| words.t(key);
    let pictures = vec![
        deliveries(words, title("overview-picture-deliveries"), history.timeline()),
        latency(words, title("overview-picture-latency"), history.timeline()),
    ];
    let waiting = [("overview-first", depth.first_attempts), ("overview-retries", depth.retries)];
    let waiting = waiting.map(|(key, count)| (words.t(key), grouped(words, count)));
    let page_of = Page {
        spans: spans(words, lookback),
        figures: figures(words, &history).into_iter().chain(waiting).collect(),
        oldest_due: depth.oldest_due.map(|at| Moment::of(words, at)),
        pictures,
        troubled,
        more,
        failed: rows(&portal, words, environment_id, &failed.items).await?,
        next_step: next_step(&portal, &operator, words, &history).await?,
        frame,
    };
    page(&page_of)
}

fn spans(words: Words, current: Lookback) -> Vec<Link> {
    let key = |lookback| match lookback {
        Lookback::Hour => words.t("overview-hour"),
        Lookback::Day => words.t("overview-day"),
        Lookback::Week => words.t("overview-week"),
    };
    let link = |lookback: Lookback| Link {
        href: format!("{PATH}?span={}", lookback.as_str()),
        label: key(lookback),
        current: lookback == current,
    };
    Lookback::ALL.map(link).into()
}

fn figures(words: Words, history: &History) -> Vec<(String, String)> {
    let total = &history.total;
    let all = total.delivered.saturating_add(total.failed);
    let slow =
        |share| total.latency.percentile(share).map_or_else(|| "–".to_owned(), |took| span(words, took));
    vec![
        (words.t("chart-delivered"), grouped(words, total.delivered)),
        (words.t("chart-failed"), grouped(words, total.failed)),
        (words.t("overview-share"), percent(words, total.delivered, all)),
        (words.t("overview-latency"), format!("{} / {}", slow(50), slow(99))),
    ]
}

/// Adds the endpoints in this state; whether there are more than are shown.
async fn in_state(
    portal: &Portal,
    operator: &Operator,
    words: Words,
    state: EndpointState,
    troubled: &mut Vec<Troubled>,
) -> Result<bool, Fault> {
    let filter = EndpointFilter { state: Some(state), ..EndpointFilter::default() };
    let newest = ListPage { limit: TROUBLED, after: None, order: Order::Descending };
    let reader = portal.engine().reader();
    let found = reader.endpoints_of_environment(operator.environment_id, newest, filter).await?;
    for (application, endpoint) in found.items {
        let base = base_of(application.id);
        troubled.push(Troubled {
            href: format!("{base}/endpoints/{}", endpoint.id),
            health: Health::of(words, &endpoint),
            url: endpoint.url,
            application: application.name,
            application_href: base,
        });
    }
    Ok(found.resume.is_some())
}

/// What comes next in an environment where nothing was delivered lately.
async fn next_step(
    portal: &Portal,
    operator: &Operator,
    words: Words,
    history: &History,
) -> Result<Option<NextStep>, Fault> {
    if history.total.delivered > 0 || history.total.failed > 0 {
        return Ok(None);
    }
    let newest = ListPage { limit: 1, after: None, order: Order::Descending };
    let known = portal.engine().reader().applications(operator.environment_id, newest).await?;
    Ok(Some(if known.items.is_empty() {
        NextStep {
            say: words.t("overview-no-application"),
            href: "/portal/apps#new",
            label: words.t("applications-new"),
            example: super::applications::example(portal),
        }
    } else {
        NextStep {
            say: words.t("overview-no-attempt"),
            href: "/portal/endpoints",
            label: words.t("nav-endpoints"),
            example: super::messages::example(portal),
        }
    }))
}
