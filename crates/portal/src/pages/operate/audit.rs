//! `/portal/audit`: who looked at or changed what.

use askama::Template;
use axum::extract::State;
use klingel_model::{AppId, AuditEntry, AuditSeq};
use klingel_store::{Order, Page as ListPage};

use crate::Portal;
use crate::answer::{Answer, page};
use crate::asked::Asked;
use crate::door::{Operator, base_of};
use crate::form::{FieldView, Look};
use crate::frame::{Frame, Section};
use crate::show::time::Moment;

const PATH: &str = "/portal/audit";
/// Lines of one page.
const ROWS: usize = 100;

#[derive(Debug, Template)]
#[template(path = "operate/audit.html")]
struct Page {
    frame: Frame,
    search: FieldView,
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(Debug)]
struct Row {
    at: Moment,
    holder: String,
    action: String,
    subject: String,
    app_id: String,
    href: Option<String>,
}

/// The log of the environment or of one application, latest first.
pub(crate) async fn show(State(portal): State<Portal>, operator: Operator, asked: Asked) -> Answer {
    let frame = Frame::operator(&operator, Section::Audit, "nav-audit");
    let words = frame.words;
    let mut search = FieldView::new("app", words.t("audit-application"), Look::Text).value(asked.text("app"));
    let app_id: Option<AppId> = asked.one("app").and_then(|text| text.parse().ok());
    if app_id.is_none() && asked.one("app").is_some() {
        search.error = words.t("operate-no-application-id");
        return page(&Page { frame, search, rows: Vec::new(), next: None });
    }
    let after = asked.one("after").and_then(|text| text.parse().ok()).map(AuditSeq);
    let wanted = ListPage { limit: ROWS, after, order: Order::Descending };
    let found = portal.engine().world().store.audit(operator.environment_id, app_id, wanted).await?;
    let rows = found.items.into_iter().map(|(_, entry)| row(&frame, entry)).collect();
    let next = found.resume.map(|seq| asked.onward(PATH, "after", &seq.0.to_string()));
    page(&Page { frame, search, rows, next })
}

fn row(frame: &Frame, entry: AuditEntry) -> Row {
    Row {
        at: Moment::of(frame.words, entry.at),
        holder: entry.holder,
        action: entry.action,
        subject: entry.subject,
        app_id: entry.app_id.map(|id| id.to_string()).unwrap_or_default(),
        href: entry.app_id.map(base_of),
    }
}
