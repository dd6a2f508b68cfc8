//! Instants and spans in the reader's form. Instants are written in UTC; a script turns them to the reader's own zone.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use klingel_model::Micros;

use crate::words::{Language, Words};

/// An instant as a `<time>` element shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// For programs: RFC 3339.
    pub(crate) machine: String,
    /// For people: `24.11.2026, 11:05:03 UTC`.
    pub(crate) text: String,
}

impl Moment {
    /// This instant.
    pub(crate) fn of(words: Words, at: Micros) -> Self {
        Self { machine: at.to_rfc3339(), text: format!("{} UTC", date_time(words, at)) }
    }
}

/// Templates show an element with both forms. Holds digits, letters and marks only, so it needs no escaping.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn date_time(words: Words, at: Micros) -> String {
    let Ok(instant) = Timestamp::from_microsecond(at.as_unix_us()) else { return at.to_rfc3339() };
    let civil = instant.to_zoned(TimeZone::UTC).datetime();
    let (date, time) = (civil.date(), civil.time());
    let clock = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    match words.language() {
        Language::De => format!("{:02}.{:02}.{}, {clock}", date.day(), date.month(), date.year()),
        Language::En => {
            const MONTHS: [&str; 12] =
                ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            let month = usize::try_from(date.month() - 1).ok().and_then(|month| MONTHS.get(month));
            format!("{} {} {}, {clock}", date.day(), month.copied().unwrap_or_default(), date.year())
        }
    }
}

/// A span in two units at most: `820 ms`, `4,2 s`, `3 min 5 s`, `2 h 10 min`, `5 d 3 h`.
pub(crate) fn span(words: Words, span: Duration) -> String {
    let (ms, s) = (span.as_millis(), span.as_secs());
    let mark = if words.language() == Language::De { ',' } else { '.' };
    match s {
        0 => format!("{ms} ms"),
        1..60 => format!("{s}{mark}{} s", (ms % 1000) / 100),
        60..3600 => format!("{} min {} s", s / 60, s % 60),
        3600..86_400 => format!("{} h {} min", s / 3600, s % 3600 / 60),
        _ => format!("{} d {} h", s / 86_400, s % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_the_reader_writes_them() {
        let at = Micros::parse_rfc3339("2026-11-04T08:05:03Z").unwrap();
        assert_eq!(Moment::of(Words(Language::De), at).text, "04.11.2026, 08:05:03 UTC");
        assert_eq!(Moment::of(Words(Language::En), at).text, "4 Nov 2026, 08:05:03 UTC");
        assert_eq!(Moment::of(Words(Language::En), at).machine, "2026-11-04T08:05:03.000000Z");
    }

    #[test]
    fn spans_have_two_units_at_most() {
        let en = Words(Language::En);
        for (seconds, text) in [
            (0.82, "820 ms"),
            (4.25, "4.2 s"),
            (185.0, "3 min 5 s"),
            (7800.0, "2 h 10 min"),
            (442_800.0, "5 d 3 h"),
        ] {
            assert_eq!(span(en, Duration::from_secs_f64(seconds)), text);
        }
        assert_eq!(span(Words(Language::De), Duration::from_millis(4200)), "4,2 s");
    }
}
