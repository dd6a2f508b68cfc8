//! `/portal/apps/{app_id}`: how it goes with one application.

use askama::Template;
use axum::extract::State;
use klingel_engine::deliver::description::Description;
use klingel_model::{AttemptStatus, Endpoint, EndpointState};
use klingel_store::{AttemptFilter, EndpointFilter, MessageFilter, Order, Page as ListPage, StatOwner};

use super::{endpoint, message};
use crate::Portal;
use crate::answer::{Answer, page};
use crate::asked::Asked;
use crate::door::Tenant;
use crate::fault::Fault;
use crate::frame::{Frame, Tab};
use crate::show::attempt::{answer, shown_url};
use crate::show::endpoint::{State as Doing, state, title};
use crate::show::summary::Summary;
use crate::words::Words;

/// Endpoints in trouble that are shown, failing and switched off each.
const TROUBLED: usize = 10;
/// Messages that are shown.
const LATEST: usize = 8;

#[derive(Debug, Template)]
#[template(path = "application.html")]
struct Page {
    frame: Frame,
    base: String,
    summary: Summary,
    next_step: Option<NextStep>,
    troubled: Vec<Troubled>,
    more: bool,
    messages: Vec<message::Row>,
}

/// An endpoint that fails or is switched off.
#[derive(Debug)]
struct Troubled {
    href: String,
    title: String,
    url: String,
    state: Doing,
    /// What its latest failed attempt was answered; empty: its state says why, or no attempt of it is kept.
    why: String,
    /// The same in a sentence of the server.
    detail: String,
}

/// What to do when there is nothing to show yet.
#[derive(Debug)]
struct NextStep {
    say: String,
    /// Where to do it, and what stands there.
    link: Option<(String, String)>,
    /// For operators: customers hold no key.
    example: Option<String>,
}

/// The application's first page.
pub(crate) async fn show(State(portal): State<Portal>, tenant: Tenant, asked: Asked) -> Answer {
    let frame = Frame::tenant(&portal, &tenant, &Tab::Home, tenant.application.name.clone());
    let (words, base, app_id) = (frame.words, tenant.base(), tenant.application.id);
    let description = portal.description(&tenant.application.dialect);
    let summary = Summary::read(&portal, words, StatOwner::Application(app_id), &base, &asked).await?;
    let (mut troubled, mut more) = (Vec::new(), false);
    for state in [EndpointState::Failing, EndpointState::Disabled] {
        more |= in_state(&portal, &tenant, &description, state, &mut troubled).await?;
    }
    let newest = ListPage { limit: LATEST, after: None, order: Order::Descending };
    let latest = portal.engine().reader().messages(app_id, newest, MessageFilter::default()).await?;
    page(&Page {
        next_step: next_step(&portal, &tenant, &description, !latest.items.is_empty()).await?,
        messages: message::rows(&portal, &tenant, &latest.items).await?,
        base,
        summary,
        troubled,
        more,
        frame,
    })
}

/// Adds the endpoints in this state; whether there are more than are shown.
async fn in_state(
    portal: &Portal,
    tenant: &Tenant,
    description: &Description,
    wanted: EndpointState,
    troubled: &mut Vec<Troubled>,
) -> Result<bool, Fault> {
    let filter = EndpointFilter {
        app_id: Some(tenant.application.id),
        state: Some(wanted),
        ..EndpointFilter::default()
    };
    let newest = ListPage { limit: TROUBLED, after: None, order: Order::Descending };
    let reader = portal.engine().reader();
    let found = reader.endpoints_of_environment(tenant.environment_id(), newest, filter).await?;
    let words = tenant.visit.words;
    for (_, endpoint) in &found.items {
        let (why, detail) = match wanted {
            EndpointState::Failing => latest_failure(portal, words, endpoint).await?,
            EndpointState::Healthy | EndpointState::Disabled => (String::new(), String::new()),
        };
        troubled.push(Troubled {
            href: format!("{}/endpoints/{}", tenant.base(), endpoint.id),
            title: title(description, endpoint),
            url: shown_url(&endpoint.url),
            state: state(words, endpoint),
            why,
            detail,
        });
    }
    Ok(found.resume.is_some())
}

/// What its latest failed attempt was answered, in the reader's words and in the server's.
async fn latest_failure(
    portal: &Portal,
    words: Words,
    endpoint: &Endpoint,
) -> Result<(String, String), Fault> {
    let filter = AttemptFilter { status: Some(AttemptStatus::Fail), ..AttemptFilter::default() };
    let newest = ListPage { limit: 1, after: None, order: Order::Descending };
    let reader = portal.engine().reader();
    let found = reader.attempts_of_endpoint(endpoint.app_id, endpoint.id, newest, filter).await?;
    Ok(found.items.first().map_or_else(Default::default, |attempt| {
        (answer(words, attempt), attempt.error.as_deref().unwrap_or_default().to_owned())
    }))
}

/// What comes next where there is no endpoint or no message yet.
async fn next_step(
    portal: &Portal,
    tenant: &Tenant,
    description: &Description,
    has_messages: bool,
) -> Result<Option<NextStep>, Fault> {
    let words = tenant.visit.words;
    let one = ListPage { limit: 1, after: None, order: Order::Descending };
    let endpoints = portal.engine().reader().endpoints(tenant.application.id, one).await?;
    let base = tenant.base();
    Ok(match endpoints.items.first() {
        None => Some(NextStep {
            say: words.t("endpoint-none"),
            link: tenant.visit.may_write().then(|| {
                let label = words.fill("endpoint-create", "thing", words.of(description.endpoint));
                (format!("{base}/endpoints/new"), label)
            }),
            example: endpoint::example(portal, tenant, description),
        }),
        Some(endpoint) if !has_messages => Some(NextStep {
            say: words.t("home-no-message"),
            link: Some((format!("{base}/endpoints/{}", endpoint.id), words.t("home-test"))),
            example: tenant.operates.then(|| message::example(portal, tenant)),
        }),
        Some(_) => None,
    })
}
