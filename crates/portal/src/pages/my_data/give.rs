//! `POST /portal/my-data/give`: the person lets a recipient have what the page has shown.

use axum::extract::State;

use super::PATH;
use super::card::seen;
use crate::Portal;
use crate::answer::{Answer, see_other};
use crate::door::{Posted, Subject};
use crate::fault::Fault;

/// Takes the form. When other data are registered than were shown, nothing is released: the page is to be read again.
pub(crate) async fn give(State(portal): State<Portal>, posted: Posted<Subject>) -> Answer {
    let Posted { seat: subject, form, .. } = posted;
    let recipient = form.one("recipient").unwrap_or_default();
    let release = portal.release(&subject, recipient).await?;
    if form.one("seen") != Some(&seen(&release)) {
        return Err(Fault::Changed);
    }
    let disclosure = portal.disclosure(&subject)?;
    disclosure.give(portal.engine(), &subject.application, &subject.person, recipient).await?;
    portal.note_decision(&subject, "disclosure.give", recipient).await?;
    see_other(PATH)
}
