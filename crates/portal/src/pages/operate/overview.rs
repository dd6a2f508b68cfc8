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
use crate::show::attempt::shown_url;
use crate::show::number::grouped;
use crate::show::summary::Summary;
use crate::show::time::Moment;
use crate::words::Words;

const PATH: &str = "/portal/overview";
/// Endpoints in trouble that are shown, failing and disabled each.
const TROUBLED: usize = 10;
/// Failed attempts that are shown.
const FAILED: usize = 10;
/// Deliveries that wait and are counted.
const WAITING_COUNTED_MAX: u64 = 100_000;

#[derive(Debug, Template)]
#[template(path = "operate/overview.html")]
struct Page {
    frame: Frame,
    summary: Summary,
    oldest_due: Option<Moment>,
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
    let environment_id = operator.environment_id;
    let reader = portal.engine().reader();
    let frame = Frame::operator(&operator, Section::Overview, "nav-overview");
    let words = frame.words;
    let owner = StatOwner::Environment(environment_id);
    let mut summary = Summary::read(&portal, words, owner, PATH, &asked).await?;
    let waiting = reader.waiting_in(environment_id, WAITING_COUNTED_MAX).await?;
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
    let counted = |count| {
        let count = grouped(words, count);
        if waiting.more { words.fill("health-more-than", "number", &count) } else { count }
    };
    for (key, count) in [("overview-first", waiting.first_attempts), ("overview-retries", waiting.retries)] {
        summary.figures.push((words.t(key), counted(count)));
    }
    let page_of = Page {
        oldest_due: waiting.oldest_due.map(|at| Moment::of(words, at)),
        troubled,
        more,
        failed: rows(&portal, words, environment_id, &failed.items).await?,
        next_step: next_step(&portal, &operator, words, &summary).await?,
        summary,
        frame,
    };
    page(&page_of)
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
            url: shown_url(&endpoint.url),
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
    summary: &Summary,
) -> Result<Option<NextStep>, Fault> {
    if !summary.is_empty {
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
