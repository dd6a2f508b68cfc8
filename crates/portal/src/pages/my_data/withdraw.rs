//! `/portal/my-data/withdraw`: the person takes a release back, after she was asked once more; or declines it.

use askama::Template;
use axum::extract::{Query, State};
use klingel_engine::disclosure::ReleaseState;

use super::PATH;
use super::card::Card;
use crate::Portal;
use crate::answer::{Answer, page, see_other};
use crate::door::{Posted, Subject};
use crate::fault::Fault;
use crate::frame::{Frame, Link};

#[derive(Debug, Template)]
#[template(path = "my_data/withdraw.html")]
struct Page {
    frame: Frame,
    card: Card,
    question: String,
}

/// Asks once more, and says what will happen.
pub(crate) async fn confirm(
    State(portal): State<Portal>,
    subject: Subject,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let recipient = query.iter().find(|(name, _)| name == "recipient").map_or("", |(_, value)| value);
    let release = portal.release(&subject, recipient).await?;
    if release.state != ReleaseState::Given {
        return see_other(PATH);
    }
    let mut frame = Frame::subject(&subject, "my-data-withdraw-title");
    let words = frame.words;
    frame.crumbs.push(Link::to(PATH.to_owned(), words.t("my-data-title")));
    let question = words.fill("my-data-withdraw-question", "recipient", &release.title);
    page(&Page { card: Card::of(words, &release), question, frame })
}

/// Takes it back. A release that was given is taken back only by the page that has asked.
pub(crate) async fn withdraw(State(portal): State<Portal>, posted: Posted<Subject>) -> Answer {
    let Posted { seat: subject, form, .. } = posted;
    let recipient = form.one("recipient").unwrap_or_default();
    let release = portal.release(&subject, recipient).await?;
    if release.state == ReleaseState::Given && form.one("confirmed") != Some("yes") {
        return Err(Fault::Changed);
    }
    let disclosure = portal.disclosure(&subject)?;
    disclosure.withdraw(portal.engine(), &subject.application, &subject.person, recipient).await?;
    portal.note_decision(&subject, "disclosure.withdraw", recipient).await?;
    see_other(PATH)
}
