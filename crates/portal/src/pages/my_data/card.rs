//! One recipient as the page draws it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use klingel_engine::disclosure::{DecisionKind, Release, ReleaseState};
use klingel_engine::keys::sha256;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::PATH;
use crate::show::time::Moment;
use crate::words::Words;

/// One recipient.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) recipient: String,
    pub(super) title: String,
    /// Where it is taken back.
    pub(super) withdraw_href: String,
    pub(super) terms_url: Option<String>,
    pub(super) privacy_url: Option<String>,
    /// What stands above the fields.
    pub(super) about: String,
    /// Label and value.
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) history: Vec<(String, Moment)>,
    pub(super) open: bool,
    pub(super) given: bool,
    /// Which fields and values are shown: what is given is what was seen.
    pub(super) seen: String,
}

impl Card {
    pub(super) fn of(words: Words, release: &Release) -> Self {
        let about = match release.state {
            ReleaseState::Open => words.fill("my-data-about-open", "recipient", &release.title),
            ReleaseState::Given => words.fill("my-data-about-given", "recipient", &release.title),
            ReleaseState::Withdrawn => words.fill("my-data-about-withdrawn", "recipient", &release.title),
        };
        let history = release.history.iter();
        let escaped = utf8_percent_encode(&release.recipient, NON_ALPHANUMERIC);
        Self {
            withdraw_href: format!("{PATH}/withdraw?recipient={escaped}"),
            recipient: release.recipient.clone(),
            title: release.title.clone(),
            terms_url: web_address(release.terms_url.as_deref()),
            privacy_url: web_address(release.privacy_url.as_deref()),
            about,
            fields: release.fields.iter().map(|field| (words.of(field.label), field.value.clone())).collect(),
            history: history.map(|line| (decided(words, line.kind), Moment::of(words, line.at))).collect(),
            open: release.state == ReleaseState::Open,
            given: release.state == ReleaseState::Given,
            seen: seen(release),
        }
    }
}

/// A short mark of the fields and values of a release; another one when any of them changes.
pub(super) fn seen(release: &Release) -> String {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for field in &release.fields {
        for text in [field.name, &field.value] {
            parts.push(text.len().to_be_bytes().to_vec());
            parts.push(text.as_bytes().to_vec());
        }
    }
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    URL_SAFE_NO_PAD.encode(sha256(&parts))
}

/// Only what browsers open as a page: the address comes from the host application.
fn web_address(url: Option<&str>) -> Option<String> {
    url.filter(|url| url.starts_with("https://") || url.starts_with("http://")).map(str::to_owned)
}

fn decided(words: Words, kind: DecisionKind) -> String {
    match kind {
        DecisionKind::Given => words.t("my-data-line-given"),
        DecisionKind::Changed => words.t("my-data-line-changed"),
        DecisionKind::Withdrawn => words.t("my-data-line-withdrawn"),
        DecisionKind::Declined => words.t("my-data-line-declined"),
        DecisionKind::Dropped => words.t("my-data-line-dropped"),
    }
}

#[cfg(test)]
mod tests {
    use klingel_engine::deliver::description::Words as Label;
    use klingel_engine::disclosure::ReleasedField;

    use super::*;

    fn release(values: &[(&'static str, &str)]) -> Release {
        let field = |(name, value): &(&'static str, &str)| ReleasedField {
            name,
            label: Label { de: "Feld", en: "Field" },
            value: (*value).to_owned(),
        };
        Release {
            recipient: "r".to_owned(),
            title: "Recipient".to_owned(),
            terms_url: Some("javascript:alert(1)".to_owned()),
            privacy_url: Some("https://r.example/privacy".to_owned()),
            state: ReleaseState::Open,
            decided_at: None,
            fields: values.iter().map(field).collect(),
            history: Vec::new(),
        }
    }

    #[test]
    fn every_change_of_what_is_shown_gives_another_mark() {
        let marks = [
            release(&[]),
            release(&[("a", "")]),
            release(&[("a", "1")]),
            release(&[("a", "1"), ("b", "")]),
            release(&[("a1", "")]),
        ]
        .map(|release| seen(&release));
        for (place, mark) in marks.iter().enumerate() {
            assert!(!marks[place + 1..].contains(mark), "{place}");
        }
    }

    #[test]
    fn only_web_addresses_become_links() {
        let card = Card::of(Words(crate::words::Language::En), &release(&[]));
        assert_eq!(card.terms_url, None);
        assert_eq!(card.privacy_url.as_deref(), Some("https://r.example/privacy"));
    }
}
