//! Records: documents that a dialect keeps per application (a consent, a visit, a user), opaque to everybody else.
//!
//! A record has a kind and, within it, a key; a partition groups records that are listed together (the visits of one
//! site). Lists go by `at`. Records obey the deletion of their application and the retention of their kind.

use klingel_model::{AppId, Micros};

use crate::Verb;
use crate::page::{Page, Scan};

/// Longest key or partition, in bytes.
pub const RECORD_KEY_BYTES_MAX: usize = 256;
/// Records changed by one verb.
pub const RECORD_CHANGES_MAX: usize = 2000;

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Whose.
    pub app_id: AppId,
    /// What it is, in the dialect's words, with the dialect's name before it and a dot between. A constant of the dialect.
    pub kind: String,
    /// Which one; unique in application and kind.
    pub key: String,
    /// With which others it is listed; empty: with all of its kind.
    pub partition: String,
    /// The instant by which it is listed.
    pub at: Micros,
    /// JSON text.
    pub document: String,
    /// When it was last written: also its version.
    pub updated_at: Micros,
}

/// A change to a record, part of a larger transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordChange {
    /// Writes it, new or over the old one.
    Put {
        /// The record.
        record: Record,
        /// What must be there: see [`Expected`].
        expected: Expected,
    },
    /// Removes it, if it is there.
    Delete {
        /// Whose.
        app_id: AppId,
        /// Its kind.
        kind: String,
        /// Its key.
        key: String,
        /// What must be there.
        expected: Expected,
    },
}

/// What a change expects to find; otherwise the whole transaction gives [`Changed`](crate::Error::Changed).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Anything, or nothing.
    Anything,
    /// Nothing.
    Nothing,
    /// The version of this `updated_at`.
    Version(Micros),
}

/// Which records are listed by number rather than by cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRange {
    /// Whose.
    pub app_id: AppId,
    /// Of this kind.
    pub kind: String,
    /// Of this partition.
    pub partition: String,
    /// `at` at or after this instant.
    pub from: Option<Micros>,
    /// `at` at or before this instant.
    pub to: Option<Micros>,
    /// Records to pass over, in the order of `at` and key, newest first.
    pub offset: u64,
    /// Most records to give.
    pub limit: usize,
}

/// Part of a range.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordPage {
    /// Newest first.
    pub records: Vec<Record>,
    /// Records in the whole range.
    pub total: u64,
}

/// Verbs on records. Writing them together with a message is [`Admission::records`](crate::Admission::records).
pub trait Records: Send + Sync {
    /// Makes all changes or none.
    ///
    /// Errors: [`Changed`](crate::Error::Changed) when something else is there than expected,
    /// [`Gone`](crate::Error::Gone) when an application has been deleted.
    fn change_records(&self, changes: Vec<RecordChange>) -> Verb<'_, ()>;

    /// One record.
    fn record<'a>(&'a self, app_id: AppId, kind: &'a str, key: &'a str) -> Verb<'a, Option<Record>>;

    /// Records of whatever application with this kind and key, at most two: for doors that learn the application
    /// from a key that their caller brings. Applications that are deleted do not count.
    fn records_with_key<'a>(&'a self, kind: &'a str, key: &'a str) -> Verb<'a, Vec<Record>>;

    /// Records of a kind and partition by `(at, key)`.
    fn records<'a>(
        &'a self,
        app_id: AppId,
        kind: &'a str,
        partition: &'a str,
        page: Page<(Micros, String)>,
    ) -> Verb<'a, Scan<Record, (Micros, String)>>;

    /// A page by number. Costs the same for the last page as for the first, however many records there are (the
    /// store keeps counts by span of time).
    fn record_page(&self, range: RecordRange) -> Verb<'_, RecordPage>;

    /// Removes records of a kind with `at` before `before`, at most `limit`. Gives how many.
    fn retire_records<'a>(
        &'a self,
        app_id: AppId,
        kind: &'a str,
        before: Micros,
        limit: usize,
    ) -> Verb<'a, u64>;
}
