//! `/portal/overview`: how it goes, for operators.

use askama::Template;
use axum::extract::State;

use crate::Portal;
use crate::answer::{Answer, page};
use crate::door::Operator;
use crate::frame::{Frame, Section};
use crate::show::number::grouped;
use crate::show::time::Moment;

#[derive(Debug, Template)]
#[template(path = "operate/overview.html")]
struct Page {
    frame: Frame,
    first_attempts: String,
    retries: String,
    oldest_due: Option<Moment>,
}

/// Queue depth and oldest due.
pub(crate) async fn show(State(portal): State<Portal>, operator: Operator) -> Answer {
    let depth = portal.engine().reader().depth().await?;
    let frame = Frame::operator(&operator, Section::Overview, "nav-overview");
    let oldest_due = depth.oldest_due.map(|at| Moment::of(frame.words, at));
    let first_attempts = grouped(frame.words, depth.first_attempts);
    let retries = grouped(frame.words, depth.retries);
    page(&Page { frame, first_attempts, retries, oldest_due })
}
