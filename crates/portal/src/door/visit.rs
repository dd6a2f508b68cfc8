//! A visit: who looks, in which language, at which page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::request::Parts;
use http::{HeaderMap, header};
use klingel_engine::keys;
use klingel_model::Pass;

use super::cookies;
use crate::Portal;
use crate::fault::Fault;
use crate::words::{Language, Words};

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// As the system says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Every theme.
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The word for it in cookie, form and style sheet.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }
}

/// Who looks, in which language, at which page.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    /// The reader's language.
    pub(crate) words: Words,
    /// The reader's theme.
    pub(crate) theme: Theme,
    /// Path and query of the page.
    pub(crate) path: String,
    /// The session, if there is one.
    pub(crate) pass: Option<Pass>,
    /// What a form of this session must bring along; empty without a session.
    pub(crate) csrf: String,
}

impl Visit {
    /// What the request itself says: language, theme, page. Without a look at the store.
    pub(super) fn reading(headers: &HeaderMap, path: &str) -> Self {
        let chosen = cookies::value(headers, cookies::LANGUAGE).and_then(Language::parse);
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let language = chosen.unwrap_or_else(|| Language::accepted(accepted.unwrap_or_default()));
        let theme = cookies::value(headers, cookies::THEME).and_then(Theme::parse).unwrap_or_default();
        Self { words: Words(language), theme, path: path.to_owned(), pass: None, csrf: String::new() }
    }

    /// The same with the session, if there is a live one.
    pub(super) async fn of(parts: &Parts, portal: &Portal) -> Result<Self, Fault> {
        let path = parts.uri.path_and_query().map_or("/portal/", |path| path.as_str());
        let mut visit = Self::reading(&parts.headers, path);
        if let Some(token) = cookies::value(&parts.headers, cookies::SESSION) {
            let world = portal.engine().world();
            visit.pass = world.store.session(keys::digest(token), world.clock.now()).await?;
            visit.csrf = csrf_of(token);
        }
        Ok(visit)
    }

    /// Whose name stands in the audit log.
    pub(crate) fn holder(&self) -> &str {
        self.pass.as_ref().map_or("", |pass| &pass.holder)
    }

    /// Whether forms are shown.
    pub(crate) fn may_write(&self) -> bool {
        self.pass.as_ref().is_some_and(|pass| !pass.read_only)
    }
}

/// What forms of a session bring along. Whoever knows it cannot compute the session's token from it.
fn csrf_of(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(keys::sha256(&[b"form of ", token.as_bytes()]))
}
