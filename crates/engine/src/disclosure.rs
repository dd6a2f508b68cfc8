//! What people have released of themselves, and to whom.
//!
//! A *subject* is a person whose data a dialect sends; a *recipient* is somebody who would get them; a *release* is how
//! it stands between the two. A page draws this for the subject without knowing the dialect, and lets the subject give
//! and withdraw. Every decision is kept.

use std::future::Future;
use std::pin::Pin;

use klingel_model::{Application, Micros};

use crate::deliver::description::Words;
use crate::{Engine, Refusal};

/// Releases of one subject that are listed at most.
pub const RELEASES_MAX: usize = 1000;
/// Decisions that a release shows, the newest ones.
pub const DECISIONS_SHOWN_MAX: usize = 50;

/// What a verb gives.
pub type Disclosing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send + 'a>>;

/// How it stands between a subject and a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The recipient's id, for [`Disclosure::give`] and [`Disclosure::withdraw`].
    pub recipient: String,
    /// The recipient's name, for people.
    pub title: String,
    /// The recipient's terms: an `http` or `https` URL.
    pub terms_url: Option<String>,
    /// The recipient's statement on privacy: an `http` or `https` URL.
    pub privacy_url: Option<String>,
    /// How it stands.
    pub state: ReleaseState,
    /// Since when; `None` while it is open.
    pub decided_at: Option<Micros>,
    /// What is released; while nothing is, what would be, if the host application has registered it.
    pub fields: Vec<ReleasedField>,
    /// The latest decisions, newest first, at most [`DECISIONS_SHOWN_MAX`].
    pub history: Vec<Decision>,
}

/// How a release stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseState {
    /// Nobody has decided: the subject is to be asked.
    Open,
    /// The recipient may have the data.
    Given,
    /// The recipient may not.
    Withdrawn,
}

/// A piece of the subject's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedField {
    /// Its name in the dialect's documents.
    pub name: &'static str,
    /// What stands beside it.
    pub label: Words,
    /// What it holds.
    pub value: String,
}

/// A line of history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What happened.
    pub kind: DecisionKind,
    /// When.
    pub at: Micros,
}

/// What happened to a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionKind {
    /// Data were released.
    Given,
    /// Other data were released than before.
    Changed,
    /// The release was taken back.
    Withdrawn,
    /// The subject has said no before anything was released.
    Declined,
    /// The recipient wants nothing any more, so that the decision is open again.
    Dropped,
}

/// A subject's say, as a dialect lets it have it. Callers have made sure who the subject is.
pub trait Disclosure: Send + Sync {
    /// Every recipient about whom the subject can decide or has decided, in the order of their titles.
    ///
    /// Errors: `Invalid` when this can be no subject.
    fn releases<'a>(
        &'a self,
        engine: &'a Engine,
        application: &'a Application,
        subject: &'a str,
    ) -> Disclosing<'a, Vec<Release>>;

    /// Releases what the host application has registered of the subject. What is released already stays as it is, if
    /// it is the same.
    ///
    /// Errors: `Invalid`, `NotFound("recipient")`, `Conflict` when nothing is registered or the recipient wants nothing.
    fn give<'a>(
        &'a self,
        engine: &'a Engine,
        application: &'a Application,
        subject: &'a str,
        recipient: &'a str,
    ) -> Disclosing<'a, ()>;

    /// Takes a release back, or declines it. Always possible.
    ///
    /// Errors: `Invalid`, `NotFound("recipient")`.
    fn withdraw<'a>(
        &'a self,
        engine: &'a Engine,
        application: &'a Application,
        subject: &'a str,
        recipient: &'a str,
    ) -> Disclosing<'a, ()>;
}
