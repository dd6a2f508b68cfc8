//! `/portal/apps/{app_id}/link`: a link that lets an application's customer in.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use http::Method;
use klingel_model::Micros;
use serde_json::{Value, json};

use crate::Portal;
use crate::answer::{Answer, page, see_other};
use crate::door::{Posted, Tenant};
use crate::fault::Fault;
use crate::form::{FieldView, Look, Pick};
use crate::frame::{Frame, Tab};
use crate::management::Call;
use crate::show::time::Moment;

/// How long a link and its session can be good for: in the form, for people, in seconds.
const SPANS: [(&str, &str, u64); 4] = [
    ("3600", "link-hour", 3600),
    ("86400", "link-day", 86_400),
    ("259200", "link-three-days", 3 * 86_400),
    ("604800", "link-week", 7 * 86_400),
];
const SPAN_DEFAULT: &str = "86400";

#[derive(Debug, Template)]
#[template(path = "operate/link.html")]
struct Page {
    frame: Frame,
    action: String,
    fields: Vec<FieldView>,
    /// The link that was just made; empty: none.
    url: String,
    until: Option<Moment>,
    once: String,
    example: String,
}

/// The form.
pub(crate) async fn show(State(portal): State<Portal>, tenant: Tenant) -> Answer {
    draw(&portal, &tenant, None)
}

fn draw(portal: &Portal, tenant: &Tenant, made: Option<(String, Micros)>) -> Answer {
    // A customer who could make links could keep them beyond the end of his session.
    if !tenant.operates {
        return Err(Fault::Forbidden);
    }
    let frame = Frame::tenant(portal, tenant, &Tab::Settings, tenant.visit.words.t("link-make"));
    let words = frame.words;
    let pick = |(value, key, _): &(&str, &str, u64)| Pick {
        value: (*value).to_owned(),
        label: words.t(key),
        chosen: false,
    };
    let picks = SPANS.iter().map(pick).collect();
    let fields = vec![
        FieldView::new("expiry", words.t("link-expiry"), Look::One(picks)).value(SPAN_DEFAULT),
        FieldView::new("read_only", words.t("link-read-only"), Look::Tick),
    ];
    let example = format!(
        "curl -X POST -H \"Authorization: Bearer $KEY\" {}{}",
        portal.settings().public_url,
        path_of(tenant)
    );
    let (url, until) = made.map_or((String::new(), None), |(url, until)| (url, Some(until)));
    let until = until.map(|at| Moment::of(words, at));
    let action = format!("{}/link", tenant.base());
    page(&Page { frame, action, fields, url, until, once: portal.new_once(), example })
}

fn path_of(tenant: &Tenant) -> String {
    format!("/api/v1/auth/app-portal-access/{}/", tenant.application.id)
}

/// Makes a link and shows it on this page, once, however often the form is sent.
pub(crate) async fn make(State(portal): State<Portal>, posted: Posted<Tenant>) -> Answer {
    let Posted { seat: tenant, form, .. } = posted;
    if !tenant.operates {
        return Err(Fault::Forbidden);
    }
    let span = SPANS.iter().find(|(value, ..)| form.one("expiry") == Some(value)).ok_or(Fault::Unreadable)?;
    // A second link would be good without anybody having seen it.
    if !portal.is_first(tenant.environment_id(), "link.create", &form).await? {
        return see_other(&format!("{}/link", tenant.base()));
    }
    let body = json!({ "expiry": span.2, "readOnly": form.is_ticked("read_only") });
    let path = path_of(&tenant);
    let call = Call { method: Method::POST, path: &path, body, idempotency_key: None };
    let until = portal.engine().world().clock.now().plus(Duration::from_secs(span.2));
    let made = match portal.call(tenant.environment_id(), call).await? {
        Ok(made) => made,
        Err(refused) => return Err(Fault::Conflict(refused.sentence.unwrap_or_default())),
    };
    let url = made["url"].as_str().unwrap_or_default().to_owned();
    portal.note(&tenant, "link.create", &tenant.application.id.to_string()).await?;
    draw(&portal, &tenant, Some((url, until)))
}

/// Ends every session and unused link of the application's customer, and of the people whose data it keeps.
pub(crate) async fn end_all(State(portal): State<Portal>, posted: Posted<Tenant>) -> Answer {
    let tenant = posted.seat;
    if !tenant.operates {
        return Err(Fault::Forbidden);
    }
    let path = format!("/api/v1/auth/app/{}/expire-all/", tenant.application.id);
    let call = Call { method: Method::POST, path: &path, body: Value::Null, idempotency_key: None };
    if let Err(refused) = portal.call(tenant.environment_id(), call).await? {
        return Err(Fault::Conflict(refused.sentence.unwrap_or_default()));
    }
    portal.note(&tenant, "session.end_all", &tenant.application.id.to_string()).await?;
    see_other(&format!("{}/link", tenant.base()))
}
