//! Every text that people read. The texts stand in `locales/<language>/<topic>.ftl`, in Fluent's form.
//!
//! `w.t("key")` gives a text, `w.with("key", &[("name", value)])` fills its places, `w.count("key", n)` chooses by
//! number. Keys are constants: a test looks for each of them in templates and sources.

mod catalogue;
#[cfg(test)]
mod tests;

use fluent_bundle::{FluentArgs, FluentValue};
use klingel_engine::deliver::description;

pub(crate) use catalogue::catalogue;

/// A language of the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    /// German.
    De,
    /// English.
    En,
}

impl Language {
    /// Every language.
    pub(crate) const ALL: [Self; 2] = [Self::De, Self::En];

    /// The tag that browsers know it by.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }

    /// Its own name.
    pub(crate) const fn own_name(self) -> &'static str {
        match self {
            Self::De => "Deutsch",
            Self::En => "English",
        }
    }

    /// Reads a tag.
    pub(crate) fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The best of what a browser accepts (RFC 9110 section 12.5.4); English when it names none of ours.
    pub(crate) fn accepted(header: &str) -> Self {
        let mut best = (0.0, Self::En);
        for part in header.split(',').take(32) {
            let mut pieces = part.split(';').map(str::trim);
            let primary = pieces.next().unwrap_or_default().split('-').next().unwrap_or_default();
            let weight =
                pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
            if let (Some(language), Some(weight)) = (Self::parse(&primary.to_ascii_lowercase()), weight)
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }
}

/// The texts of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words(pub(crate) Language);

impl Words {
    /// The text of this key.
    pub(crate) fn t(self, key: &str) -> String {
        catalogue().format(self.0, key, None)
    }

    /// The text of this key with its places filled.
    pub(crate) fn with(self, key: &str, places: &[(&'static str, &str)]) -> String {
        let mut args = FluentArgs::with_capacity(places.len());
        for (name, value) in places {
            args.set(*name, FluentValue::from(*value));
        }
        catalogue().format(self.0, key, Some(&args))
    }

    /// The text of this key with one place, for templates.
    pub(crate) fn fill(self, key: &str, name: &'static str, value: &str) -> String {
        self.with(key, &[(name, value)])
    }

    /// The text of this key for so many: `{ $count }` chooses the form, `{ $number }` shows it in the reader's form.
    pub(crate) fn count<N: TryInto<u64>>(self, key: &str, count: N) -> String {
        let count = count.try_into().unwrap_or(u64::MAX);
        let mut args = FluentArgs::with_capacity(2);
        args.set("count", FluentValue::from(count));
        args.set("number", FluentValue::from(crate::show::number::grouped(self, count)));
        catalogue().format(self.0, key, Some(&args))
    }

    /// A text that came as data, in this language.
    pub(crate) const fn of(self, words: description::Words) -> &'static str {
        match self.0 {
            Language::De => words.de,
            Language::En => words.en,
        }
    }

    /// The language.
    pub(crate) const fn language(self) -> Language {
        self.0
    }

    /// The language's tag.
    pub(crate) const fn tag(self) -> &'static str {
        self.0.tag()
    }
}
