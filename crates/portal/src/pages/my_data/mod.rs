//! `/portal/my-data`: the page of the person whose data it is. What goes to whom, field by field, and her say in it.

use askama::Template;
use axum::extract::State;
use klingel_engine::disclosure::{Disclosure, Release, ReleaseState};

use crate::Portal;
use crate::answer::{Answer, page};
use crate::door::Subject;
use crate::fault::Fault;
use crate::frame::Frame;
use crate::words::Words;

mod card;
mod give;
mod withdraw;

pub(crate) use give::give;
pub(crate) use withdraw::{confirm, withdraw};

use card::Card;

/// Where the page is.
const PATH: &str = "/portal/my-data";

#[derive(Debug, Template)]
#[template(path = "my_data/page.html")]
struct Page {
    frame: Frame,
    host: String,
    groups: Vec<Group>,
}

/// Releases that stand alike.
#[derive(Debug)]
struct Group {
    heading: String,
    cards: Vec<Card>,
}

/// The page: what is to be decided comes first.
pub(crate) async fn show(State(portal): State<Portal>, subject: Subject) -> Answer {
    let releases = portal.releases(&subject).await?;
    let frame = Frame::subject(&subject, "my-data-title");
    let groups = groups(frame.words, &releases);
    page(&Page { host: subject.application.name.clone(), groups, frame })
}

fn groups(words: Words, releases: &[Release]) -> Vec<Group> {
    let order = [
        (ReleaseState::Open, words.t("my-data-open")),
        (ReleaseState::Given, words.t("my-data-given")),
        (ReleaseState::Withdrawn, words.t("my-data-withdrawn")),
    ];
    let group = |(state, heading): (ReleaseState, String)| {
        let alike = releases.iter().filter(|release| release.state == state);
        Group { heading, cards: alike.map(|release| Card::of(words, release)).collect() }
    };
    order.into_iter().map(group).filter(|group| !group.cards.is_empty()).collect()
}

impl Portal {
    /// The say that the application's dialect gives its people; without one there is no such page.
    fn disclosure(&self, subject: &Subject) -> Result<&dyn Disclosure, Fault> {
        let dialect = self.engine().world().dialect(&subject.application.dialect);
        dialect.and_then(|dialect| dialect.disclosure()).ok_or(Fault::NotFound)
    }

    async fn releases(&self, subject: &Subject) -> Result<Vec<Release>, Fault> {
        let disclosure = self.disclosure(subject)?;
        Ok(disclosure.releases(self.engine(), &subject.application, &subject.person).await?)
    }

    /// One of them, by the recipient's id in a form or a query.
    async fn release(&self, subject: &Subject, recipient: &str) -> Result<Release, Fault> {
        let releases = self.releases(subject).await?;
        releases.into_iter().find(|release| release.recipient == recipient).ok_or(Fault::NotFound)
    }

    /// Writes a decision to the audit log, without what it is about.
    async fn note_decision(&self, subject: &Subject, action: &str, recipient: &str) -> Result<(), Fault> {
        self.note_line(crate::audit::Line {
            environment_id: subject.application.environment_id,
            app_id: Some(subject.application.id),
            holder: subject.visit.holder(),
            action,
            subject: recipient,
        })
        .await
    }
}
