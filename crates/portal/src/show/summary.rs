//! How it went over a span of time: the spans to choose from, the figures, the pictures. Environments, applications and
//! endpoints show the same.

use klingel_store::{Error, StatOwner};

use super::chart::{History, Lookback, Picture, deliveries, latency};
use super::number::{grouped, percent};
use super::time::span;
use crate::Portal;
use crate::asked::Asked;
use crate::frame::Link;
use crate::words::Words;

/// What a page shows of its statistics.
#[derive(Debug)]
pub(crate) struct Summary {
    /// The spans to look back over, as links.
    pub(crate) spans: Vec<Link>,
    /// Names and figures.
    pub(crate) figures: Vec<(String, String)>,
    /// Attempts and how long they took.
    pub(crate) pictures: Vec<Picture>,
    /// Whether there was no attempt.
    pub(crate) is_empty: bool,
}

impl Summary {
    /// Of this owner until now, over the span that `path?span=` asks for; a day, if it names none.
    pub(crate) async fn read(
        portal: &Portal,
        words: Words,
        owner: StatOwner,
        path: &str,
        asked: &Asked,
    ) -> Result<Self, Error> {
        let lookback = asked.one("span").and_then(Lookback::parse).unwrap_or(Lookback::Day);
        let history = History::read(portal.engine(), owner, lookback).await?;
        Ok(Self {
            spans: spans(words, path, lookback),
            figures: figures(words, &history),
            pictures: vec![
                deliveries(words, words.t("overview-picture-deliveries"), history.timeline()),
                latency(words, words.t("overview-picture-latency"), history.timeline()),
            ],
            is_empty: history.total.delivered == 0 && history.total.failed == 0,
        })
    }
}

fn spans(words: Words, path: &str, current: Lookback) -> Vec<Link> {
    let label = |lookback| match lookback {
        Lookback::Hour => words.t("overview-hour"),
        Lookback::Day => words.t("overview-day"),
        Lookback::Week => words.t("overview-week"),
    };
    let link = |lookback: Lookback| Link {
        href: format!("{path}?span={}", lookback.as_str()),
        label: label(lookback),
        current: lookback == current,
    };
    Lookback::ALL.map(link).into()
}

fn figures(words: Words, history: &History) -> Vec<(String, String)> {
    let total = &history.total;
    let all = total.delivered.saturating_add(total.failed);
    let slow =
        |share| total.latency.percentile(share).map_or_else(|| "–".to_owned(), |took| span(words, took));
    vec![
        (words.t("chart-delivered"), grouped(words, total.delivered)),
        (words.t("chart-failed"), grouped(words, total.failed)),
        (words.t("overview-share"), percent(words, total.delivered, all)),
        (words.t("overview-latency"), format!("{} / {}", slow(50), slow(99))),
    ]
}
