//! What stands behind the `?` of a page's address: filters, cursors.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use url::form_urlencoded;

/// Parameters that are read.
const PARAMETERS_MAX: usize = 50;

/// The parameters that are filled in, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::read(parts.uri.query().unwrap_or_default()))
    }
}

impl Asked {
    pub(crate) fn read(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).take(PARAMETERS_MAX);
        let pairs = pairs.map(|(name, value)| (name.into_owned(), value.trim().to_owned()));
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The first value of this name, if it is filled in.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The same as text; empty when it is not filled in.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.one(name).unwrap_or_default()
    }

    /// Whether one of these is filled in.
    pub(crate) fn any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.one(name).is_some())
    }

    /// The address of this path with the same parameters, but this one.
    pub(crate) fn onward(&self, path: &str, name: &str, value: &str) -> String {
        let kept = self.0.iter().filter(|(known, _)| known != name);
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept.chain([(name, value)]));
        format!("{path}?{}", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_of_a_search_are_no_filters() {
        let asked = Asked::read("text=+&state=failing&app=&x=%3Cb%3E");
        assert_eq!(asked.one("text"), None);
        assert_eq!(asked.text("state"), "failing");
        assert!(asked.any(&["text", "x"]) && !asked.any(&["text", "app"]));
    }

    #[test]
    fn the_way_on_keeps_the_filters() {
        let asked = Asked::read("state=failing&after=1&text=a%26b");
        assert_eq!(
            asked.onward("/portal/endpoints", "after", "2"),
            "/portal/endpoints?state=failing&text=a%26b&after=2"
        );
    }
}
