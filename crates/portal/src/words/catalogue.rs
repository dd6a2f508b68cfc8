//! The locale files, read once.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::Language;

/// The topics, with their texts in each language's order of [`Language::ALL`].
macro_rules! topics {
    ($($topic:literal),* $(,)?) => {
        /// Topic, German file, English file.
        pub(super) const FILES: &[(&str, [&str; 2])] = &[
            $(($topic, [
                include_str!(concat!("../../locales/de/", $topic, ".ftl")),
                include_str!(concat!("../../locales/en/", $topic, ".ftl")),
            ])),*
        ];
    };
}

topics![
    "frame",
    "door",
    "overview",
    "settings",
    "chart",
    "operate",
    "fields",
    "endpoints",
    "messages",
    "lists",
    "replay",
    "inspector",
    "live",
    "my-data",
    "home",
];

/// All texts.
pub(crate) struct Catalogue {
    bundles: [FluentBundle<FluentResource>; 2],
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::read);

/// The one catalogue.
pub(crate) fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

impl Catalogue {
    fn read() -> Self {
        let bundle = |language: Language| {
            let tag: LanguageIdentifier = language.tag().parse().expect("our tags are well-formed");
            let mut bundle = FluentBundle::new_concurrent(vec![tag]);
            // The marks around places that Fluent adds for texts of mixed direction; ours are all left to right.
            bundle.set_use_isolating(false);
            for (topic, texts) in FILES {
                let text = texts[language as usize].to_owned();
                // A broken file is found by the test that reads them all; what can be read is shown.
                let resource = FluentResource::try_new(text).unwrap_or_else(|(resource, errors)| {
                    tracing::error!(topic, ?errors, "a locale file is broken");
                    resource
                });
                bundle.add_resource_overriding(resource);
            }
            bundle
        };
        Self { bundles: Language::ALL.map(bundle) }
    }

    /// The text of a key; the key itself if there is none, so that the page can still be read.
    pub(super) fn format(&self, language: Language, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = &self.bundles[language as usize];
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, language = language.tag(), "a text is missing in the locale files");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "a text of the locale files cannot be filled");
        }
        text
    }
}
