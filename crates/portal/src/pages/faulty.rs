//! The page of everything that went wrong.

use askama::Template;

use crate::answer::{Answer, page_with};
use crate::fault::Fault;
use crate::frame::Frame;

#[derive(Debug, Template)]
#[template(path = "faulty.html")]
struct Page {
    frame: Frame,
    help: String,
    detail: String,
}

/// Says what happened and what to do.
pub(crate) fn page(frame: Frame, fault: &Fault) -> Answer {
    let (status, _, help) = fault.story();
    let help = frame.words.t(help);
    let detail = if let Fault::Conflict(why) = fault { why.clone() } else { String::new() };
    page_with(status, &Page { frame, help, detail })
}
