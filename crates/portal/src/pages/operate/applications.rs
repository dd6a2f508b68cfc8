//! `/portal/apps`: the applications of an environment.

use askama::Template;
use axum::extract::{Query, State};
use klingel_model::{AppId, Application};
use klingel_store::{Order, Page as ListPage};

use crate::Portal;
use crate::answer::{Answer, page};
use crate::door::Operator;
use crate::frame::{Frame, Section, application_href};
use crate::show::time::Moment;

/// Applications of one page.
const ROWS: usize = 50;

#[derive(Debug, Template)]
#[template(path = "operate/applications.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(Debug)]
struct Row {
    href: String,
    name: String,
    uid: String,
    id: String,
    dialect: &'static str,
    created: Moment,
}

/// The list, newest first.
pub(crate) async fn show(
    State(portal): State<Portal>,
    operator: Operator,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let after = query.iter().find(|(name, _)| name == "after").and_then(|(_, value)| value.parse().ok());
    let wanted = ListPage::<AppId> { limit: ROWS, after, order: Order::Descending };
    let found = portal.engine().reader().applications(operator.environment_id, wanted).await?;
    let frame = Frame::operator(&operator, Section::Applications, "nav-applications");
    let rows = found.items.iter().map(|application| row(&portal, &frame, application)).collect();
    page(&Page { rows, next: found.resume.map(|id| format!("/portal/apps?after={id}")), frame })
}

fn row(portal: &Portal, frame: &Frame, application: &Application) -> Row {
    Row {
        href: application_href(application.id),
        name: application.name.clone(),
        uid: application.uid.as_ref().map(ToString::to_string).unwrap_or_default(),
        id: application.id.to_string(),
        dialect: frame.words.of(portal.description(&application.dialect).title),
        created: Moment::of(frame.words, application.created_at),
    }
}
